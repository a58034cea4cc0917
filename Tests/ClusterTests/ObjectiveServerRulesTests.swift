// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import Dispatching
import Episodes
import Foundation
import Testing

@testable import RolloutServer

/// What is otherwise at a server whose candidates a person's program evaluates.
struct ObjectiveServerRulesTests {
    private func rules(_ objective: ServerCore.ObjectiveRules?) -> Dispatcher.Configuration {
        var configuration = ServerCore.Configuration(
            session: CoordinatorSession.Configuration(
                run: "r", models: [], work: .objective(settings: Data())))
        configuration.checkedShare = 0.25
        configuration.agreementsToTrust = 7
        configuration.objective = objective
        return configuration.rules
    }

    @Test func `a program may take its time, fail and give another value each time`() {
        var objective = ServerCore.ObjectiveRules()
        objective.retries = 4
        let rules = rules(objective)
        #expect(rules.maximumSteps == 1)
        #expect(rules.overdueSeconds.lowerBound == .infinity && rules.overdueAtFirst == .infinity)
        #expect(rules.countsEveryFailure && rules.failuresToSetAside == 5)
        #expect(rules.failuresToQuarantine == 10)
        #expect(!rules.comparesResults && rules.checkedShare == 0 && rules.agreementsToTrust == 0)
    }

    @Test func `one that gives the same twice may be checked, and cars always are`() {
        var objective = ServerCore.ObjectiveRules()
        objective.comparesResults = true
        for rules in [rules(objective), rules(nil)] {
            #expect(rules.comparesResults)
            #expect(rules.checkedShare == 0.25 && rules.agreementsToTrust == 7)
        }
        #expect(!rules(nil).countsEveryFailure && rules(nil).overdueAtFirst < .infinity)
    }
}
