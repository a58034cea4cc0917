// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import CarRacing
import Foundation
import TerminalOutput

struct EnvironmentTracksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracks",
        abstract: "Print a summary of the tracks of some seeds (CSV).",
        discussion: """
            The columns are those of Tests/CarRacingTests/Golden/gymnasium_tracks.py: seed, nodes, \
            road polygons, the first, middle and last node, and the sums of x and y.
            """)

    @Option(
        help: .init(
            "First:end, end excluded, or seeds separated by commas.", valueName: "first:end"))
    var seeds: SeedList

    @Option(
        help: .init(
            "The tracks of Gymnasium's domain_randomize, which draws colours before each: off or on.",
            valueName: "switch"))
    var domainRandomize = Switch.off

    func run() throws {
        let places = ["first", "middle", "last"].flatMap { place in
            ["alpha", "beta", "x", "y"].map { "\($0)_\(place)" }
        }
        Terminal.standardOutput.write(
            (["seed", "nodes", "road_polygons"] + places + ["sum_x", "sum_y"]).joined(
                separator: ",") + "\n")
        for seed in seeds.seeds {
            let track = Track(seed: seed, domainRandomize: domainRandomize.isOn)
            let nodes = track.nodes
            var values = [nodes[0], nodes[nodes.count / 2], nodes[nodes.count - 1]].flatMap {
                [$0.alpha, $0.beta, $0.x, $0.y]
            }
            values.append(nodes.reduce(0) { $0 + $1.x })
            values.append(nodes.reduce(0) { $0 + $1.y })
            let numbers = ["\(seed)", "\(nodes.count)", "\(track.polygonCount)"]
            let line = (numbers + values.map { "\($0)" }).joined(separator: ",")
            // A million tracks take minutes, and 'head' wants a few.
            guard Terminal.standardOutput.write(line + "\n") else {
                if errno == EPIPE { return }
                throw InputError("standard output: \(String(cString: strerror(errno)))")
            }
        }
    }
}
