// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import Runs
import Synchronization
import TestSupport
import Testing

@testable import WorldModelTraining

/// A model's losses are in the run that it is for, before that has begun.
struct TrainingRecordTests {
    private let space: TemporaryDirectory

    init() throws { space = try TemporaryDirectory() }

    private func record(_ directory: RunDirectory) -> TrainingRecord {
        TrainingRecord(directory, holder: "a training") { Issue.record("told: \($0)") }
    }

    private func epoch(_ number: Int, _ loss: Double, model: String = "vae") -> TrainingEpoch {
        TrainingEpoch(
            model: model, epoch: number, trainingLoss: loss, heldOutLoss: loss + 1,
            heldOutTerms: ["divergence": 0.5], learningRate: 1e-3, rate: 100, isBest: true,
            seconds: 1)
    }

    private func totals(_ reader: RunReader) throws -> [String] {
        try reader.losses().filter { $0.split == "training" }
            .map { "\($0.model) \($0.epoch) \($0.value)" }
    }

    @Test func `losses are kept, those of a training that starts afresh take the others' place`()
        throws
    {
        let directory = try space.run(models: ["vae", "mdrnn"])
        do {
            let record = record(directory)
            #expect(!directory.holdsRun)
            try record.observe(.started("from nothing"))
            for number in 1...3 { try record.observe(.epoch(epoch(number, Double(number)))) }
        }
        do {
            let record = record(directory)
            try record.observe(.started("afresh"))
            try record.observe(.epoch(epoch(1, 7)))
        }
        let reader = try RunReader(directory)
        #expect(try totals(reader) == ["vae 1 7.0"])
        #expect(try reader.losses().map(\.term) == ["total", "divergence", "total"])

        // A database with losses alone is that of no run: one can begin, and has them.
        #expect(try reader.identity() == nil)
        let error = RunStoreError.notBegun(
            path: directory.path, holds: "the losses of vae up to epoch 1")
        #expect(throws: error) { try reader.requireIdentity(of: directory) }
        #expect(throws: error) { try RunBackup(of: directory, to: space.file("copy")) }
        let run = try RunPlan(directory, given: RunPlan.small).open()
        #expect(run.isNew)
        #expect(try totals(run.store.reader) == ["vae 1 7.0"])
    }

    @Test func `no run is driven while one of its models is trained, and the other way round`()
        throws
    {
        let directory = try space.run(models: ["vae", "mdrnn"])
        let training = record(directory)
        try training.observe(.started("from nothing"))
        #expect(
            throws: RunStoreError.locked(path: directory.path, holder: "a training")
        ) { try RunPlan(directory, given: RunPlan.small).open() }

        let other = try space.run("other", models: ["vae", "mdrnn"])
        let run = try RunPlan(other, given: RunPlan.small).open()
        #expect(throws: RunStoreError.locked(path: other.path, holder: "a test")) {
            try record(other).observe(.started("from nothing"))
        }
        #expect(run.isNew)
    }

    @Test
    func `what an earlier version has logged is taken, a database that is none is left alone`()
        throws
    {
        let directory = try space.run(models: ["vae", "mdrnn"])
        let log = directory.url.appending(path: "training/vae-losses.jsonl")
        try FileManager.default.createDirectory(
            at: log.deletingLastPathComponent(), withIntermediateDirectories: true)
        let lines = try [epoch(1, 5), epoch(2, 4)].map {
            String(decoding: try JSONEncoder().encode($0), as: UTF8.self)
        }
        try Data((lines + ["half a li"]).joined(separator: "\n").utf8).write(to: log)
        let run = try RunPlan(directory, given: RunPlan.small).open()
        #expect(try totals(run.store.reader) == ["vae 1 5.0", "vae 2 4.0"])

        let other = try space.run("other", models: ["vae"])
        let foreign = Data("no database".utf8)
        try foreign.write(to: other.database)
        let told = Mutex<[String]>([])
        let record = TrainingRecord(other, holder: "a training") { text in
            told.withLock { $0.append(text) }
        }
        try record.observe(.started("from nothing"))
        try record.observe(.epoch(epoch(1, 5)))
        let texts = told.withLock { $0 }
        #expect(texts.count == 1)
        #expect(texts.first?.contains("the losses are in \(other.path)/training alone") == true)
        #expect(try Data(contentsOf: other.database) == foreign)
    }
}
