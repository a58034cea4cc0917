// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics

/// What the interface says of itself.
///
/// A name that stands here keeps its meaning: later versions add.
enum Interface {
    struct Description: Encodable {
        var program = Software.name
        var version = Software.version
        var resources: [Resource]
    }

    struct Resource: Encodable {
        var path: String
        var gives: String
    }

    static let description = Description(resources: [
        Resource(path: "/api/v1/runs", gives: "the runs, each with its name in addresses"),
        Resource(
            path: "/api/v1/runs/RUN", gives: "what the run is, its settings and how far it is"),
        Resource(
            path: "/api/v1/runs/RUN/generations?after=GENERATION",
            gives: "complete generations: returns, search, time, digests"),
        Resource(
            path: "/api/v1/runs/RUN/generations/GENERATION?purpose=training|evaluation",
            gives: "each rollout of a generation: candidate, track, return, end, who drove it, when"
        ),
        Resource(
            path: "/api/v1/runs/RUN/evaluations?after=GENERATION",
            gives: "evaluations of the search's mean with their 95 % intervals"),
        Resource(
            path: "/api/v1/runs/RUN/evaluations/GENERATION",
            gives: "one evaluation with the controller's weights and biases, a row an output"),
        Resource(
            path: "/api/v1/runs/RUN/tail?generations=COUNT",
            gives: "ends, percentiles and hardest tracks of the last generations and evaluations"),
        Resource(path: "/api/v1/runs/RUN/losses", gives: "the losses of V and M by epoch"),
        Resource(
            path: "/api/v1/runs/RUN/events?after=NUMBER&limit=COUNT",
            gives: "events, oldest first; the last ones where there are more"),
        Resource(
            path: "/api/v1/runs/RUN/cluster",
            gives: "hosts and workers as they are now, who has driven, and who is not believed"),
        Resource(path: "/api/v1/runs/RUN/pictures", gives: "the pictures of V's training"),
        Resource(path: "/api/v1/runs/RUN/pictures/NAME", gives: "one of them, a PNG"),
        Resource(
            path: "/api/v1/runs/RUN/films", gives: "the films of the best controller that are kept"
        ),
        Resource(
            path: "/api/v1/runs/RUN/films/KIND/TRACK?make=1",
            gives: "whether a film (drive or dream) of the best controller is there; makes it"),
        Resource(path: "/api/v1/runs/RUN/films/KIND/TRACK/file", gives: "the film"),
        Resource(
            path: "/api/v1/stream?run=RUN",
            gives: "server-sent events: 'pulse' where something changed, else 'beat' every 5 s"),
        Resource(path: "/metrics", gives: "figures for Prometheus"),
        Resource(path: "/healthz", gives: "whether the server lives"),
        Resource(path: "/readyz", gives: "whether the runs can be read"),
    ])
}
