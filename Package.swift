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
]

// MARK: Layers 1 and up: the libraries

let libraries: [Target] = [
    .target(name: "SeededRandom"),
    .target(name: "Tensors", dependencies: ["COpenBLAS", "CZlib"]),
    .target(
        name: "ClusterProtocol",
        dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
        exclude: ["cluster.proto", "regenerate.sh"]),
    .target(name: "Dispatching", dependencies: ["ClusterProtocol"]),
    .target(name: "ClusterTransport", dependencies: ["CZeroMQ", "ClusterProtocol"]),
    .target(
        name: "RolloutWorker", dependencies: ["ClusterProtocol", "ClusterTransport"]),
    .target(
        name: "Coordinator",
        dependencies: ["ClusterProtocol", "ClusterTransport", "Dispatching"]),
]

// MARK: The program

let program: [Target] = [
    .executableTarget(
        name: "worldmodels",
        dependencies: [
            .product(name: "ArgumentParser", package: "swift-argument-parser")
        ])
]

// MARK: Tests

let tests: [Target] = [
    .testTarget(
        name: "SeededRandomTests", dependencies: ["SeededRandom"], resources: [.copy("Golden")]),
    .testTarget(
        name: "ClusterProtocolTests",
        dependencies: [
            "ClusterProtocol", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        ]),
    .testTarget(name: "DispatchingTests", dependencies: ["Dispatching", "SeededRandom"]),
    .testTarget(
        name: "CoordinatorTests",
        dependencies: [
            "ClusterProtocol", "ClusterTransport", "Coordinator", "Dispatching", "RolloutWorker",
            "SeededRandom",
        ]),
]

let package = Package(
    name: "worldmodels",
    products: [
        .executable(name: "worldmodels", targets: ["worldmodels"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: systemLibraries + libraries + program + tests,
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
