// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import WorldModel
import Episodes
import Foundation
import RunStore
import Search
import Synchronization
import TestSupport
import Testing

@testable import Runs

struct RunBackupTests {
    private let scratch: TemporaryDirectory
    private let run: RunDirectory
    private let copy: RunDirectory

    init() throws {
        scratch = try TemporaryDirectory()
        run = RunDirectory(path: scratch.file("run").path)
        copy = RunDirectory(path: scratch.file("copy").path)
        try run.create()
        try QuickModels.vae.write(to: run.file(of: .vae))
        try QuickModels.mdrnn.write(to: run.file(of: .mdrnn))
    }

    private func drive(
        _ directory: RunDirectory, generations: Int,
        observe: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        var plan = RunPlan(directory)
        plan.given = [
            "pop-size": "4", "n-samples": "1", "seed": "3", "variant": "separable",
            "evaluate-every": "2", "evaluation-episodes": "2",
        ]
        let open = try plan.open(holder: "test", program: "tests")
        _ = try await open.drive(
            with: ToyService(), limits: .init(generations: generations)
        ) { event in
            if case .result(let result, _, _) = event { observe(result.name.generation) }
        }
    }

    private func digests(_ directory: RunDirectory) throws -> [String] {
        try RunReader(directory).generations().map(\.stateDigest)
    }

    @Test func `a file whose name is no UTF-8 is named, not left out`() async throws {
        try await drive(run, generations: 1)
        let path = Array((run.path + "/caf").utf8CString.dropLast()) + [CChar(bitPattern: 0xe9), 0]
        close(open(path, O_WRONLY | O_CREAT, 0o600))
        defer { unlink(path) }
        let error = #expect(throws: RunBackup.Failure.self) {
            try RunBackup(of: run, to: copy.url)
        }
        #expect(error?.description.contains("not UTF-8") == true)
        #expect(try scratch.contents() == ["run"])
    }

    @Test func `a backup of a run that goes on is a run, which ends as the first one does`()
        async throws
    {
        try FileManager.default.createDirectory(
            at: run.url.appending(path: "training"), withIntermediateDirectories: true)
        try Data("state".utf8).write(to: run.url.appending(path: "training/vae.json"))
        try Data("half".utf8).write(to: run.url.appending(path: ".vae.abc.partial"))
        try FileManager.default.createSymbolicLink(
            at: run.url.appending(path: "linked"), withDestinationURL: run.file(of: .vae))
        let made = Mutex<RunBackup?>(nil)
        let failure = Mutex<String?>(nil)
        let (source, target) = (run, copy)
        try await drive(run, generations: 4) { generation in
            guard generation == 3, made.withLock({ $0 == nil }) else { return }
            do {
                let backup = try RunBackup(of: source, to: target.url)
                made.withLock { $0 = backup }
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
        }
        #expect(failure.withLock { $0 } == nil)
        let backup = try #require(made.withLock { $0 })
        #expect(backup.generation == 2)
        let names = try FileManager.default.subpathsOfDirectory(atPath: copy.path).sorted()
        #expect(
            names == [
                "controller.safetensors", "linked", "mdrnn.safetensors", "run.sqlite", "training",
                "training/vae.json", "vae.safetensors",
            ])
        #expect(backup.files == 6)
        #expect(try Data(contentsOf: copy.url.appending(path: "linked")) == QuickModels.vae)
        #expect(try digests(copy) == Array(digests(run).prefix(2)))
        try await drive(copy, generations: 4)
        #expect(try digests(copy) == digests(run))
    }

    @Test func `a target that is there is refused, and keeps what it has`() async throws {
        try await drive(run, generations: 1)
        try copy.create()
        let path = copy.path
        #expect(throws: RunBackup.Failure.exists(path: path)) {
            try RunBackup(of: run, to: URL(fileURLWithPath: path))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        // A link that leads nowhere is something too.
        let link = scratch.file("link")
        try FileManager.default.createSymbolicLink(
            at: link, withDestinationURL: scratch.file("none"))
        #expect(throws: RunBackup.Failure.exists(path: link.path)) {
            try RunBackup(of: run, to: link)
        }
    }

    @Test func `what does not have its digests leaves no backup`() async throws {
        try await drive(run, generations: 1)
        var record = GenerationRecord(generation: 2, candidates: 1, tracks: 1, finished: Date())
        record.fitnessDigest = "another"
        try RunStore(run, holder: "test").finish(record, meanReturns: [1], state: Data())
        let error = try #require(throws: RunStoreError.self) {
            try RunBackup(of: run, to: copy.url)
        }
        #expect(error.description.contains("the returns of generation 2"), "\(error)")
        #expect(try scratch.contents() == ["run"])
    }

    @Test func `what is spoiled or stopped leaves no backup`() async throws {
        try await drive(run, generations: 1)
        #expect(throws: CancellationError.self) {
            try RunBackup(of: run, to: copy.url, isStopped: { true })
        }
        try Data("another".utf8).write(to: run.file(of: .mdrnn))
        let error = try #require(throws: RunBackup.Failure.self) {
            try RunBackup(of: run, to: copy.url)
        }
        guard case .otherModel(let path, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(path == run.file(of: .mdrnn).path)
        #expect(try scratch.contents() == ["run"])
    }
}
