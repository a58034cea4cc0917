// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import RunStore
import Runs
import TestSupport
import Testing
import WorldModel

/// A trained controller in a run's directory is replaced by the run that wrote it alone.
struct ForeignControllerTests {
    private let space: TemporaryDirectory
    private let directory: RunDirectory

    init() throws {
        space = try TemporaryDirectory()
        directory = try space.run(models: ["vae", "mdrnn"])
    }

    private var file: URL { directory.file(of: .controller) }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    @Test(arguments: [false, true])
    func `no run begins beside one, whether the database is missing or empty`(
        emptyDatabase: Bool
    ) throws {
        try controller().file(metadata: ["run": "lost"]).write(to: file)
        if emptyDatabase { try Data().write(to: directory.database) }
        let before = try names()
        let bytes = try Data(contentsOf: file)
        #expect(throws: ForeignController(path: file.path)) {
            try RunPlan(directory, given: RunPlan.small).open()
        }
        // Nothing is written, no models are trained first either.
        var plan = RunPlan(directory, given: RunPlan.small)
        plan.training = ModelTraining(data: space.path, visualEpochs: 1, memoryEpochs: 1)
        #expect(throws: ForeignController.self) { try plan.open() }
        #expect(try names() == before)
        #expect(try Data(contentsOf: file) == bytes)
    }

    @Test func `nor in a database in which no run has begun`() throws {
        do {
            let store = try RunStore(directory, holder: "training")
            try store.note("vae-training-began", "training")
        }
        try controller().file().write(to: file)
        #expect(throws: ForeignController(path: file.path)) {
            try RunPlan(directory, given: RunPlan.small).open()
        }
    }

    @Test func `a run goes on with its own, and not with another's or a damaged one`() async throws
    {
        do {
            try await RunPlan(directory, given: RunPlan.small).open().drive(to: 1)
        }
        let own = try Data(contentsOf: file)
        do {
            try await RunPlan(directory).open().drive(to: 2)
        }
        for other in [controller().file().encoded(), Data("damaged".utf8)] {
            try other.write(to: file)
            #expect(throws: ForeignController(path: file.path)) { try RunPlan(directory).open() }
            #expect(try Data(contentsOf: file) == other)
        }
        try own.write(to: file)
        #expect(try RunPlan(directory).open().isNew == false)
    }
}
