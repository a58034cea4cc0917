// swift-tools-version: 6.1
// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import PackageDescription

// A target imports only targets of lower layers, so this list is the architecture.
// CI builds with --explicit-target-dependency-import-check error.

/// A product of another package, which is not fetched for whoever depends on this one without traits.
func fetched(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package, condition: .when(traits: ["Cluster"]))
}

// MARK: Layer 0: C libraries

let systemLibraries: [Target] = [
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .systemLibrary(name: "CSodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "COSMesa", providers: [.apt(["libosmesa6-dev"])]),
    .systemLibrary(name: "CEGL", providers: [.apt(["libegl-dev"])]),
    .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CGIF", providers: [.apt(["libgif-dev"])]),
    .systemLibrary(name: "CVPX", providers: [.apt(["libvpx-dev"])]),
    .systemLibrary(name: "CCairo", providers: [.apt(["libcairo2-dev"])]),
]

/// What the browser is given.
let pageFiles: [String] = [
    "index.html", "style.css", "icon.svg", "app.js", "charts.js", "data.js", "details.js",
    "format.js",
    "heatmaps.js", "play.html", "play.js",
    "sections.js", "timeline.js", "views.js",
]

// MARK: Layers 0 to 5: the libraries

let libraries: [Target] = [
    .target(name: "CBox2D", linkerSettings: [.linkedLibrary("box2d")]),
    .target(name: "CKernels"),
    .target(name: "CAcceptGate"),
    .target(name: "CChildProcess"),

    .target(name: "Basics"),
    .target(name: "SeededRandom"),
    .target(name: "Tensors", dependencies: ["COpenBLAS"]),
    .target(name: "ArrayFiles", dependencies: ["Basics", "CZlib"]),
    .target(name: "Episodes"),
    .target(name: "Digests", dependencies: ["CSodium"]),
    .target(name: "TerminalOutput", dependencies: ["Basics"]),
    .target(
        name: "ProcessLog",
        dependencies: ["Basics", fetched("Logging", "swift-log")]),
    .target(
        name: "ClusterProtocol",
        dependencies: [
            "Basics", "Digests", "Episodes",
            fetched("SwiftProtobuf", "swift-protobuf"),
        ],
        exclude: ["cluster.proto", "regenerate.sh"]),

    .target(name: "Objectives", dependencies: ["Basics", "CChildProcess", "Episodes"]),
    .target(name: "Pictures", dependencies: ["ArrayFiles", "CPNG", "CGIF", "CCairo", "CVPX"]),
    .target(name: "EvolutionStrategies", dependencies: ["Basics", "SeededRandom", "Tensors"]),
    .target(name: "CarRacing", dependencies: ["CBox2D", "SeededRandom"]),
    .target(name: "WorldModel", dependencies: ["ArrayFiles", "CKernels", "SeededRandom"]),
    .target(name: "Dispatching", dependencies: ["Episodes"]),
    .target(
        name: "ClusterSessions", dependencies: ["Basics", "ClusterProtocol", "Digests", "Episodes"]),
    .target(
        name: "ClusterTransport", dependencies: ["CAcceptGate", "CZeroMQ", "ClusterProtocol"]),
    .target(
        name: "RunStore",
        dependencies: [
            "Basics", "Digests", "Episodes", fetched("GRDB", "GRDB.swift"),
            fetched("GRDBSQLite", "GRDB.swift"),
        ],
        exclude: ["Database.md"]),

    .target(name: "RunReports", dependencies: ["Episodes", "RunStore", "TerminalOutput"]),
    .target(
        name: "TensorBoardFiles",
        dependencies: [
            "Basics", "Episodes", "Pictures", "RunReports", "RunStore",
            fetched("SwiftProtobuf", "swift-protobuf"),
        ],
        exclude: ["events.proto", "regenerate.sh"]),
    .target(
        name: "CarRacingRendering", dependencies: ["CKernels", "COSMesa", "CEGL", "CarRacing"]),
    .target(
        name: "WorldModelTraining",
        dependencies: [
            "ArrayFiles", "Basics", "CKernels", "Digests", "Pictures", "SeededRandom", "Tensors",
            "WorldModel",
        ]),

    .target(
        name: "Rollouts",
        dependencies: [
            "ArrayFiles", "CarRacing", "CarRacingRendering", "Episodes", "Pictures", "SeededRandom",
            "WorldModel",
        ]),

    .target(
        name: "RolloutWorker",
        dependencies: [
            "ArrayFiles", "ClusterProtocol", "ClusterSessions", "ClusterTransport", "Episodes",
            "Rollouts", "WorldModel",
        ]),
    .target(
        name: "RolloutServer",
        dependencies: [
            "ClusterProtocol", "ClusterSessions", "ClusterTransport", "Digests", "Dispatching",
            "Episodes",
        ]),
    .target(
        name: "Search",
        dependencies: [
            "Basics", "Digests", "Episodes", "EvolutionStrategies", "RunStore", "SeededRandom",
            "WorldModel",
        ]),
    .target(
        name: "Runs",
        dependencies: [
            "ArrayFiles", "Basics", "CarRacingRendering", "Digests", "Episodes",
            "EvolutionStrategies", "Pictures", "Rollouts", "RunStore", "Search", "SeededRandom",
            "WorldModel", "WorldModelTraining",
        ]),
    .target(
        name: "DistributedSearch",
        dependencies: [
            "ClusterProtocol", "ClusterSessions", "ClusterTransport", "Episodes",
            "EvolutionStrategies", "Objectives", "RolloutServer", "RolloutWorker", "RunStore",
            "Search",
        ]),
    .target(
        name: "Dashboard",
        dependencies: [
            "Basics", "ClusterProtocol", "Digests", "Episodes", "RunStore",
            fetched("HTTPTypes", "swift-http-types"),
            fetched("HummingbirdCore", "hummingbird"),
            fetched("HummingbirdTLS", "hummingbird"),
            fetched("Logging", "swift-log"),
            fetched("NIOCore", "swift-nio"),
            fetched("NIOPosix", "swift-nio"),
            fetched("NIOSSL", "swift-nio-ssl"),
        ],
        // The program is one file: nobody can lose the page.
        resources: pageFiles.map { .embedInCode("Page/\($0)") }),
]

// MARK: Layer 6: the program

let program: [Target] = [
    .executableTarget(
        name: "worldmodels",
        dependencies: [
            "ArrayFiles", "Basics", "CarRacing", "CarRacingRendering", "ClusterProtocol",
            "ClusterSessions", "ClusterTransport", "Dashboard", "Episodes", "EvolutionStrategies",
            "Objectives", "Pictures", "ProcessLog", "RolloutServer", "RolloutWorker", "Rollouts",
            "RunReports",
            "RunStore",
            "Runs",
            "Search",
            "SeededRandom", "TensorBoardFiles", "TerminalOutput", "WorldModel",
            "WorldModelTraining",
            fetched("ArgumentParser", "swift-argument-parser"),
            fetched("Logging", "swift-log"),
        ],
        // The agent and the profiles that come with the program.
        resources: [.copy("Agent"), .copy("Profiles")])
]

// MARK: Tests

let tests: [Target] = [
    .target(
        name: "TestSupport", dependencies: ["ArrayFiles", "Digests", "Episodes", "WorldModel"],
        path: "Tests/TestSupport"),
    .testTarget(name: "BasicsTests", dependencies: ["Basics"]),
    .testTarget(
        name: "SeededRandomTests", dependencies: ["SeededRandom"], resources: [.copy("Golden")]),
    .testTarget(
        name: "ArrayFilesTests", dependencies: ["ArrayFiles", "SeededRandom", "TestSupport"],
        resources: [.copy("Golden")]),
    .target(
        name: "Simulator",
        dependencies: [
            "ClusterProtocol", "ClusterSessions", "Digests", "Episodes", "RolloutServer",
            "SeededRandom",
        ],
        path: "Tests/Simulator"),
    .testTarget(
        name: "ClusterSessionsTests",
        dependencies: ["ClusterProtocol", "ClusterSessions", "Digests", "Episodes"]),
    .testTarget(name: "SimulatorTests", dependencies: ["Episodes", "Simulator"]),
    .testTarget(name: "DigestsTests", dependencies: ["Digests"]),
    .testTarget(name: "TerminalOutputTests", dependencies: ["TerminalOutput"]),
    .testTarget(
        name: "ProcessLogTests",
        dependencies: ["ProcessLog", fetched("Logging", "swift-log")]),
    .testTarget(
        name: "ClusterProtocolTests",
        dependencies: [
            "ClusterProtocol", "Episodes",
            fetched("SwiftProtobuf", "swift-protobuf"),
        ]),
    .testTarget(
        name: "ObjectivesTests", dependencies: ["Episodes", "Objectives", "TestSupport"]),
    .testTarget(
        name: "PicturesTests",
        dependencies: ["ArrayFiles", "Pictures", "CGIF", "CPNG", "CVPX", "TestSupport"]),
    .testTarget(
        name: "EvolutionStrategiesTests",
        dependencies: ["EvolutionStrategies", "SeededRandom", "Tensors"],
        exclude: ["Comparison"], resources: [.copy("Golden")]),
    .testTarget(
        name: "CarRacingTests",
        dependencies: ["CBox2D", "CKernels", "CarRacing", "CarRacingRendering", "SeededRandom"],
        resources: [.copy("Golden")]),
    .testTarget(
        name: "WorldModelTests",
        dependencies: ["ArrayFiles", "SeededRandom", "TestSupport", "WorldModel"]),
    .testTarget(
        name: "InferenceTests",
        dependencies: ["ArrayFiles", "CKernels", "SeededRandom", "WorldModel"],
        resources: [.copy("Golden")]),
    .testTarget(
        name: "DistributedSearchTests",
        dependencies: [
            "DistributedSearch", "Episodes", "EvolutionStrategies", "Objectives", "TestSupport",
        ]),
    .testTarget(
        name: "DispatchingTests", dependencies: ["Dispatching", "Episodes", "SeededRandom"]),
    .testTarget(
        name: "ProgramTests",
        dependencies: [
            "ArrayFiles", "CarRacing", "CarRacingRendering", "ClusterProtocol", "ClusterSessions",
            "Episodes", "EvolutionStrategies", "Pictures", "RolloutServer", "Rollouts",
            "RunReports", "RunStore", "TerminalOutput", "TestSupport", "WorldModel", "worldmodels",
            fetched("ArgumentParser", "swift-argument-parser"),
        ],
        resources: [.copy("Golden")]),
    .testTarget(
        name: "DashboardTests",
        dependencies: [
            "ClusterProtocol", "Dashboard", "Digests", "Episodes", "RunStore", "TestSupport",
            fetched("NIOSSL", "swift-nio-ssl"),
        ]),
    .testTarget(
        name: "RunStoreTests",
        dependencies: [
            "Basics", "Digests", "Episodes", "RunStore", "SeededRandom", "TestSupport",
            fetched("GRDB", "GRDB.swift"),
            fetched("GRDBSQLite", "GRDB.swift"),
        ]),
    .testTarget(
        name: "TensorBoardFilesTests",
        dependencies: [
            "Episodes", "RunReports", "RunStore", "TensorBoardFiles", "TestSupport",
            fetched("SwiftProtobuf", "swift-protobuf"),
        ],
        resources: [.copy("Golden")]),
    .testTarget(
        name: "WorldModelTrainingTests",
        dependencies: [
            "ArrayFiles", "CKernels", "Digests", "SeededRandom", "TestSupport", "WorldModel",
            "WorldModelTraining",
        ],
        exclude: ["compare_with_pytorch.py"], resources: [.copy("Golden")]),
    .testTarget(
        name: "RolloutsTests",
        dependencies: [
            "ArrayFiles", "CarRacing", "CarRacingRendering", "Digests", "Episodes", "Rollouts",
            "SeededRandom", "WorldModel",
        ]),
    .testTarget(
        name: "SearchTests",
        dependencies: [
            "Episodes", "EvolutionStrategies", "RunReports", "RunStore", "Search", "SeededRandom",
            "Simulator", "TestSupport",
        ],
        resources: [.copy("Stored")]),
    .testTarget(
        name: "RunsTests",
        dependencies: [
            "ArrayFiles", "Digests", "Episodes", "Rollouts", "RunStore", "Runs", "Search",
            "SeededRandom", "TestSupport", "WorldModel", "WorldModelTraining",
        ]),
    .target(
        name: "Fuzzing",
        dependencies: [
            "ArrayFiles", "Basics", "ClusterProtocol", "ClusterSessions", "ClusterTransport",
            "Digests", "Episodes", "EvolutionStrategies", "Objectives", "RolloutServer", "Rollouts",
            "RunStore", "Search", "TestSupport", "WorldModel",
        ],
        path: "Tests/Fuzzing"),
    .testTarget(
        name: "FuzzingTests", dependencies: ["Fuzzing"], resources: [.copy("Corpus")]),
    .testTarget(
        name: "ClusterTests",
        dependencies: [
            "ArrayFiles", "CarRacing", "ClusterProtocol", "ClusterSessions", "ClusterTransport",
            "Digests", "Dispatching",
            "Episodes", "EvolutionStrategies", "RolloutServer", "RolloutWorker", "Rollouts",
            "RunReports", "RunStore",
            "Search", "SeededRandom", "Tensors", "TestSupport", "WorldModel",
        ]),
]

// The program for .ci/fuzz.sh: only its flags bring libFuzzer.
let fuzzer: [Target] = [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzzer/CLibFuzzer"),
    .executableTarget(
        name: "fuzzer", dependencies: ["CLibFuzzer", "Fuzzing"], path: "Tests/Fuzzer/Program"),
]
let isFuzzed = Context.environment["WORLDMODELS_FUZZ"] != nil

// The test targets that .ci/run builds under a sanitizer, separated by blanks: with what they need and
// nothing else, which is a part of the build.
let someTests = Context.environment["WORLDMODELS_TESTS"].map {
    Set($0.split(separator: " ").map(String.init))
}

func needed(by names: Set<String>, of targets: [Target]) -> [Target] {
    let more = targets.filter { names.contains($0.name) }.flatMap(\.dependencies).compactMap {
        if case .byNameItem(let name, _) = $0 { name } else { nil }
    }
    let all = names.union(more)
    return all == names ? targets.filter { names.contains($0.name) } : needed(by: all, of: targets)
}

let whole = systemLibraries + libraries + program + tests + (isFuzzed ? fuzzer : [])
let targets = someTests.map { needed(by: $0, of: whole) } ?? whole
let neededPackages = Set(
    targets.flatMap(\.dependencies).compactMap {
        if case .productItem(_, let package, _, _) = $0 { package } else { nil }
    })

let packages: KeyValuePairs<String, Package.Dependency> = [
    "swift-argument-parser": .package(
        url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    "swift-log": .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    "swift-protobuf": .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    "GRDB.swift": .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // Without its traits: configuration by files and the whole of Foundation are not used.
    "hummingbird": .package(
        url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    "swift-http-types": .package(
        url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    "swift-nio": .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    "swift-nio-ssl": .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
]

let package = Package(
    name: "worldmodels",
    products: someTests != nil
        ? []
        : [
            .executable(name: "worldmodels", targets: ["worldmodels"]),
            .library(name: "CarRacing", targets: ["CarRacing", "CarRacingRendering"]),
            .library(name: "DistributedSearch", targets: ["DistributedSearch"]),
            .library(name: "EvolutionStrategies", targets: ["EvolutionStrategies"]),
            .library(name: "WorldModel", targets: ["WorldModel", "WorldModelTraining"]),
        ],
    // Environment, optimiser and world model need nothing of others: a package that depends on this one
    // with `traits: []` fetches nothing more.
    traits: [
        .trait(
            name: "Cluster",
            description: "Everything but CarRacing, EvolutionStrategies and WorldModel."),
        .default(enabledTraits: ["Cluster"]),
    ],
    dependencies: packages.filter { neededPackages.contains($0.key) }.map(\.value),
    targets: targets,
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ]
}
