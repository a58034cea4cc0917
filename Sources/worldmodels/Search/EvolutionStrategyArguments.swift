// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import ArgumentParser
public import EvolutionStrategies

extension EvolutionStrategy.Variant: ExpressibleByArgument {}
extension EvolutionStrategy.Factorisation: ExpressibleByArgument {}
extension RestartingSearch.Schedule: ExpressibleByArgument {}
