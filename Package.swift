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
]

// MARK: Layers 1 and up: the libraries

let libraries: [Target] = [
    .target(name: "SeededRandom"),
    .target(name: "Tensors", dependencies: ["COpenBLAS", "CZlib"]),
    .target(name: "EvolutionStrategies", dependencies: ["Tensors", "SeededRandom"]),
]

// MARK: The program

let program: [Target] = [
    .executableTarget(
        name: "worldmodels",
        dependencies: [
            "EvolutionStrategies",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ])
]

// MARK: Tests

let tests: [Target] = [
    .testTarget(
        name: "SeededRandomTests", dependencies: ["SeededRandom"], resources: [.copy("Golden")]),
    .testTarget(
        name: "EvolutionStrategiesTests",
        dependencies: ["EvolutionStrategies", "SeededRandom", "Tensors"],
        exclude: ["Comparison"], resources: [.copy("Golden")]),
]

let package = Package(
    name: "worldmodels",
    products: [
        .executable(name: "worldmodels", targets: ["worldmodels"]),
        .library(name: "EvolutionStrategies", targets: ["EvolutionStrategies"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
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
