// swift-tools-version: 6.1
// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import PackageDescription

// A target imports only targets of lower layers, so this list is the architecture.
// CI builds with --explicit-target-dependency-import-check error.

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
    "heatmaps.js",
    "sections.js", "timeline.js", "views.js",
]

// MARK: Layers 0 to 5: the libraries

let libraries: [Target] = [
    .target(name: "CBox2D", linkerSettings: [.linkedLibrary("box2d")]),
    .target(name: "CKernels"),
    .target(name: "CAcceptGate"),

    .target(name: "Basics"),
    .target(name: "SeededRandom"),
    .target(name: "Tensors", dependencies: ["COpenBLAS"]),
    .target(name: "ArrayFiles", dependencies: ["Basics", "CZlib"]),
    .target(name: "Episodes"),
    .target(name: "Digests", dependencies: ["CSodium"]),
    .target(name: "TerminalOutput", dependencies: ["Basics"]),
    .target(
        name: "ProcessLog",
        dependencies: ["Basics", .product(name: "Logging", package: "swift-log")]),
    .target(
        name: "ClusterProtocol",
        dependencies: [
            "Basics", "Digests", "Episodes",
            .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        ],
        exclude: ["cluster.proto", "regenerate.sh"]),

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
            "Basics", "Digests", "Episodes", .product(name: "GRDB", package: "GRDB.swift"),
            .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ],
        exclude: ["Database.md"]),

    .target(name: "RunReports", dependencies: ["Episodes", "RunStore", "TerminalOutput"]),
    .target(
        name: "TensorBoardFiles",
        dependencies: [
            "Basics", "Episodes", "Pictures", "RunReports", "RunStore",
            .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        ],
        exclude: ["events.proto", "regenerate.sh"]),
    .target(name: "CarRacingRendering", dependencies: ["COSMesa", "CEGL", "CarRacing"]),
    .target(
        name: "WorldModelTraining",
        dependencies: [
            "ArrayFiles", "Basics", "CKernels", "Pictures", "SeededRandom", "Tensors",
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
            "EvolutionStrategies", "Rollouts", "RunStore", "Search", "SeededRandom", "WorldModel",
            "WorldModelTraining",
        ]),
    .target(
        name: "Dashboard",
        dependencies: [
            "Basics", "ClusterProtocol", "Digests", "Episodes", "RunStore",
            .product(name: "HTTPTypes", package: "swift-http-types"),
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "HummingbirdTLS", package: "hummingbird"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
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
            "Pictures", "ProcessLog", "RolloutServer", "RolloutWorker", "Rollouts", "RunReports",
            "RunStore",
            "Runs",
            "Search",
            "SeededRandom", "TensorBoardFiles", "TerminalOutput", "WorldModel",
            "WorldModelTraining",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Logging", package: "swift-log"),
        ],
        // The agent and the profiles that come with the program.
        resources: [.copy("Agent"), .copy("Profiles")])
]

// MARK: Tests

let tests: [Target] = [
    .target(
        name: "TestSupport", dependencies: ["ArrayFiles", "Episodes", "WorldModel"],
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
        dependencies: ["ProcessLog", .product(name: "Logging", package: "swift-log")]),
    .testTarget(
        name: "ClusterProtocolTests",
        dependencies: [
            "ClusterProtocol", "Episodes",
            .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        ]),
    .testTarget(
        name: "PicturesTests",
        dependencies: ["ArrayFiles", "Pictures", "CGIF", "CPNG", "CVPX", "TestSupport"]),
    .testTarget(
        name: "EvolutionStrategiesTests",
        dependencies: ["EvolutionStrategies", "SeededRandom", "Tensors"],
        exclude: ["Comparison"], resources: [.copy("Golden")]),
    .testTarget(
        name: "CarRacingTests", dependencies: ["CarRacing", "CarRacingRendering"],
        resources: [.copy("Golden")]),
    .testTarget(
        name: "WorldModelTests",
        dependencies: ["ArrayFiles", "SeededRandom", "TestSupport", "WorldModel"]),
    .testTarget(
        name: "InferenceTests",
        dependencies: ["ArrayFiles", "CKernels", "SeededRandom", "WorldModel"],
        resources: [.copy("Golden")]),
    .testTarget(
        name: "DispatchingTests", dependencies: ["Dispatching", "Episodes", "SeededRandom"]),
    .testTarget(
        name: "ProgramTests",
        dependencies: [
            "ArrayFiles", "CarRacing", "CarRacingRendering", "Episodes", "Pictures", "Rollouts",
            "RunReports", "RunStore", "TerminalOutput", "TestSupport", "WorldModel", "worldmodels",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        resources: [.copy("Golden")]),
    .testTarget(
        name: "DashboardTests",
        dependencies: [
            "ClusterProtocol", "Dashboard", "Episodes", "RunStore", "TestSupport",
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ]),
    .testTarget(
        name: "RunStoreTests",
        dependencies: [
            "Basics", "Digests", "Episodes", "RunStore", "SeededRandom", "TestSupport",
            .product(name: "GRDB", package: "GRDB.swift"),
            .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ]),
    .testTarget(
        name: "TensorBoardFilesTests",
        dependencies: [
            "Episodes", "RunReports", "RunStore", "TensorBoardFiles", "TestSupport",
            .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        ],
        resources: [.copy("Golden")]),
    .testTarget(
        name: "WorldModelTrainingTests",
        dependencies: [
            "ArrayFiles", "CKernels", "SeededRandom", "TestSupport", "WorldModel",
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
            "ArrayFiles", "Digests", "Episodes", "RunStore", "Runs", "Search", "SeededRandom",
            "TestSupport", "WorldModel", "WorldModelTraining",
        ]),
    .target(
        name: "Fuzzing",
        dependencies: [
            "ArrayFiles", "Basics", "ClusterProtocol", "ClusterSessions", "ClusterTransport",
            "Digests", "Episodes", "EvolutionStrategies", "RolloutServer", "Rollouts", "RunStore",
            "Search", "TestSupport", "WorldModel",
        ],
        path: "Tests/Fuzzing"),
    .testTarget(
        name: "FuzzingTests", dependencies: ["Fuzzing"], resources: [.copy("Corpus")]),
    .testTarget(
        name: "ClusterTests",
        dependencies: [
            "ArrayFiles", "CarRacing", "ClusterProtocol", "ClusterSessions", "ClusterTransport",
            "Digests", "Dispatching",
            "Episodes", "RolloutServer", "RolloutWorker", "Rollouts", "RunReports", "RunStore",
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

// What .ci/run tests under the address sanitizer: the compiled loops and the physics, with what their
// tests need and nothing else, which is a fifth of the build.
let isKernels = Context.environment["WORLDMODELS_KERNELS"] != nil

func needed(by names: Set<String>, of targets: [Target]) -> [Target] {
    let more = targets.filter { names.contains($0.name) }.flatMap(\.dependencies).compactMap {
        if case .byNameItem(let name, _) = $0 { name } else { nil }
    }
    let all = names.union(more)
    return all == names ? targets.filter { names.contains($0.name) } : needed(by: all, of: targets)
}

let whole = systemLibraries + libraries + program + tests + (isFuzzed ? fuzzer : [])
let targets =
    isKernels
    ? needed(by: ["CarRacingTests", "InferenceTests", "WorldModelTrainingTests"], of: whole) : whole

let package = Package(
    name: "worldmodels",
    products: isKernels
        ? []
        : [
            .executable(name: "worldmodels", targets: ["worldmodels"]),
            .library(name: "CarRacing", targets: ["CarRacing", "CarRacingRendering"]),
            .library(name: "EvolutionStrategies", targets: ["EvolutionStrategies"]),
            .library(name: "WorldModel", targets: ["WorldModel", "WorldModelTraining"]),
        ],
    dependencies: isKernels
        ? []
        : [
            .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
            .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
            .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
            .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
            // Without its traits: configuration by files and the whole of Foundation are not used.
            .package(
                url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1",
                traits: []),
            .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
            .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
            .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        ],
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
