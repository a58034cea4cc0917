// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import EvolutionStrategies
import Foundation
import TerminalOutput

struct OptimizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimize",
        abstract: "Minimise a function that another program computes, by ask and tell in JSON.",
        discussion: """
            Writes {"ask":{"generation":g,"candidates":[[...],...]}}, reads {"tell":[cost,...]}, \
            one JSON object a line, until the search is over; then writes \
            {"stop":{"reasons":[...],"best":[...],"bestCost":...,"mean":[...],"evaluations":...}}. \
            Lower costs are better; null stands for a failed evaluation. Where all of a \
            generation's are null, other candidates are drawn. A line {"inject":[[...],...]} before \
            a tell hands in solutions for the next generation. A line that is none of these, or the \
            input's end, ends the search: the stop object is written all the same, the reason is \
            told, and the exit status is not 0.
            With --noise-handling an ask has its candidates as often as each is to be evaluated, all of \
            them once, then all of them again, and "repetitions":k; one with "again":true is for some of \
            the generation's candidates once more. Each evaluation needs noise of its own.

            With --objective it starts the program itself, on every core, and asks it for one candidate at a \
            time: {"task":i,"generation":g,"candidate":k,"repetition":r,"seed":s,"parameters":[...]}, to be \
            answered by {"cost":x}. Standard output has the stop object alone.

            With --bind it serves workers instead, whose --objective evaluates the candidates; everything \
            is kept in --logdir, so that the same command continues a run that was stopped or killed. The \
            stop object is written at its end, and best.json beside the run.
            """)

    @OptionGroup var options: MinimisationOptions

    @OptionGroup(title: "A program that is started here") var local: LocalObjectiveOptions

    @OptionGroup var following: FollowingOptions

    @OptionGroup(title: "How candidates are evaluated by a program")
    var objective: ObjectiveOptions

    @OptionGroup(title: "Workers that evaluate")
    var cluster: ClusterSearchOptions

    func validate() throws {
        guard cluster.serving.listening.isGiven else {
            // Who tells returns would get the lowest of them.
            if local.objective == nil, !objective.changed.isEmpty {
                throw ValidationError(
                    "\(objective.changed.joined(separator: ", ")): of evaluations by a program; give"
                        + " --objective or --bind. Costs that are told are taken as they are, the lower the"
                        + " better")
            }
            return
        }
        if local.objective != nil {
            throw ValidationError("with --bind the --objective is the workers'")
        }
        if options.noiseHandling != nil {
            throw ValidationError(
                "--noise-handling is for searches without --bind, which has --n-samples")
        }
        if following.state != nil || following.plot != nil || following.verbose {
            throw ValidationError(
                "--state, --plot and --verbose are for searches without --bind, whose --logdir has"
                    + " everything")
        }
    }

    func run() async throws {
        let configuration = try options.configuration()
        if cluster.serving.listening.isGiven {
            return try await ClusterSearch(
                options: cluster, objective: objective,
                beginning: try options.search(configuration),
                maximumFailedGenerations: options.maxFailedGenerations
            ).run()
        }
        try LocalSearch(
            configuration: configuration, options: options, following: following, local: local,
            objective: objective
        ).run()
    }
}
