// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import ArgumentParser
package import Episodes
public import EvolutionStrategies

extension EvolutionStrategy.Variant: ExpressibleByArgument {}
extension EvolutionStrategy.Factorisation: ExpressibleByArgument {}
extension EvolutionStrategy.Recombination: ExpressibleByArgument {}
extension EvolutionStrategy.LearningRates: ExpressibleByArgument {}
extension RestartingSearch.Schedule: ExpressibleByArgument {}
extension ParameterPrecision: ExpressibleByArgument {}
