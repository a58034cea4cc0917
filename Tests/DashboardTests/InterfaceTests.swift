// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation
import RunStore
import TestSupport
import Synchronization
import Testing

@testable import Dashboard

/// What the JSON interface gives.
@Suite(.inTurn())
struct InterfaceTests {
    private func ask(_ site: Site, _ target: String, knowing: String? = nil) async throws -> Answer
    {
        let target = try #require(RequestTarget(target))
        return await site.answer(target, knowing: knowing)
    }

    private func object(_ site: Site, _ target: String) async throws -> [String: Any] {
        let answer = try await ask(site, target)
        #expect(answer.status == 200, "\(target): \(String(decoding: answer.body, as: UTF8.self))")
        return try #require(
            try JSONSerialization.jsonObject(with: answer.body) as? [String: Any])
    }

    private func list(_ site: Site, _ target: String, _ name: String) async throws -> [[String:
        Any]]
    {
        try #require(try await object(site, target)[name] as? [[String: Any]])
    }

    @Test func `runs are named, with how far they are`() async throws {
        let run = try ShownRun()
        let runs = try await list(run.site(), "/api/v1/runs", "runs")
        #expect(runs.count == 1 && runs[0]["name"] as? String == "run")
        let state = try #require(runs[0]["state"] as? [String: Any])
        #expect(state["best"] as? Double == 299 && state["bestGeneration"] as? Int == 3)
        #expect(state["digest"] as? String == "f3" && state["totalSteps"] as? Int == 3600)
        // The test's own store holds the run's lock.
        #expect(state["state"] as? String == "driven")
        #expect(try await ask(run.site(), "/api/v1/runs/other").status == 404)
    }

    @Test func `a folder's runs are found, and what cannot be read says why`() async throws {
        let run = try ShownRun(generations: 1)
        let broken = run.scratch.file("broken")
        try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
        try Data("no database".utf8).write(to: broken.appending(path: "run.sqlite"))
        let catalog = try RunCatalog(paths: [run.scratch.path], films: nil)
        let runs = try await list(Site(catalog, meter: nil), "/api/v1/runs", "runs")
        #expect(runs.map { $0["name"] as? String } == ["broken", "run"])
        #expect((runs[0]["error"] as? String)?.contains("broken/run.sqlite") == true)
        #expect(runs[1]["error"] == nil)
        let answer = try await ask(Site(catalog, meter: nil), "/api/v1/runs/broken/events")
        #expect(answer.status == 503)
        #expect(throws: RunStoreError.self) {
            _ = try RunCatalog(paths: [broken.appending(path: "none").path], films: nil)
        }
    }

    @Test func `dreams are told from drives, and their steps are counted apart`() async throws {
        let run = try ShownRun(generations: 1)
        try run.add(2, dreamTemperature: 1.3)
        try run.add(3)
        let all = try await list(run.site(), "/api/v1/runs/run/generations", "generations")
        #expect(all.map { $0["dreamTemperature"] as? Double } == [nil, 1.3, nil])
        #expect(all.map { $0["totalSteps"] as? Int } == [1200, 1200, 2400])
        let runs = try await list(run.site(), "/api/v1/runs", "runs")
        let state = try #require(runs[0]["state"] as? [String: Any])
        #expect(state["totalSteps"] as? Int == 2400 && state["totalDreamSteps"] as? Int == 1200)
    }

    @Test func `generations after one, with their spread and sums`() async throws {
        let run = try ShownRun()
        let site = run.site()
        let all = try await list(site, "/api/v1/runs/run/generations", "generations")
        #expect(all.map { $0["generation"] as? Int } == [1, 2, 3])
        #expect(all.map { $0["totalSteps"] as? Int } == [1200, 2400, 3600])
        #expect(all[1]["pathLength"] as? Double == 1.25 && all[1]["axisRatio"] == nil)
        // 199, 209, 219, 229: the quartiles lie between two.
        let quantiles = try #require(all[1]["quantiles"] as? [Double])
        #expect(zip(quantiles, [202, 206.5, 214, 221.5, 226]).allSatisfy { abs($0 - $1) < 1e-9 })
        let later = try await list(site, "/api/v1/runs/run/generations?after=2", "generations")
        #expect(later.count == 1 && later[0]["totalSteps"] as? Int == 3600)
        try run.add(4)
        let more = try await list(site, "/api/v1/runs/run/generations?after=3", "generations")
        #expect(more.count == 1 && (more[0]["quantiles"] as? [Double])?.count == 5)
    }

    @Test func `each rollout of a generation with its track, driver and time`() async throws {
        let run = try ShownRun()
        let detail = try await object(run.site(), "/api/v1/runs/run/generations/2")
        #expect(detail["candidate"] as? [Int] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
        #expect(
            detail["episodeReturn"] as? [Double] == [
                200, 199, 198, 210, 209, 208, 220, 219, 218, 230, 229, 228,
            ])
        #expect(
            detail["trackSeeds"] as? [String]
                == (0..<3).map { "\(UInt64.max - UInt64($0))" })
        #expect(detail["drivers"] as? [String] == ["mars/0", "mars/1", "mars/2"])
        #expect(detail["arrived"] as? [Double] == Array(repeating: 1_800_000_002, count: 12))
        #expect((detail["end"] as? [String])?.last == "lapCompleted")
        #expect((detail["copies"] as? [Any])?.isEmpty == true)
        let name = EpisodeName(purpose: .training, generation: 2, candidate: 3, repetition: 1)
        try run.store.record(
            CopyRecord(
                name, by: EpisodeDriver(name: "venus/4", fingerprint: "cpu", core: 1), seconds: 2.5,
                arrived: ShownRun.began + 2.5))
        let later = try await object(run.site(), "/api/v1/runs/run/generations/2")
        let copy = try #require((later["copies"] as? [[String: Any]])?.first)
        #expect(copy["candidate"] as? Int == 3 && copy["repetition"] as? Int == 1)
        #expect(copy["driver"] as? String == "venus/4" && copy["core"] as? Int == 1)
        #expect(
            copy["seconds"] as? Double == 2.5 && copy["arrived"] as? Double == 1_800_000_002.5)
        #expect((later["candidate"] as? [Int])?.count == 12)
        let evaluation = try await object(
            run.site(), "/api/v1/runs/run/generations/2?purpose=evaluation")
        #expect((evaluation["candidate"] as? [Int])?.count == 3)
        let none = try await object(run.site(), "/api/v1/runs/run/generations/9")
        #expect((none["candidate"] as? [Int])?.isEmpty == true)
    }

    @Test func `evaluations have Student's interval, and their controller`() async throws {
        let run = try ShownRun()
        let evaluations = try await list(run.site(), "/api/v1/runs/run/evaluations", "evaluations")
        #expect(evaluations.count == 3)
        // Three returns with a deviation of 1: 4.303 / sqrt(3).
        let high = try #require(evaluations[0]["high"] as? Double)
        #expect(abs(high - 99 - 2.484) < 0.001)
        let detail = try await object(run.site(), "/api/v1/runs/run/evaluations/2")
        #expect(detail["outputs"] as? [String] == ["steering", "gas", "brake"])
        #expect(detail["inputs"] as? Int == 288)
        let columns = try #require(detail["columns"] as? [String])
        #expect(columns.count == 288 && columns[31] == "z 31" && columns[32] == "h 0")
        #expect((detail["weights"] as? [[Double]])?[1].first == 288)
        #expect(detail["biases"] as? [Double] == [864, 865, 866])
        #expect(try await ask(run.site(), "/api/v1/runs/run/evaluations/9").status == 404)
    }

    @Test func `a controller's weights are named by its form`() throws {
        func detail(_ count: Int, _ settings: [(name: String, value: String)]) -> EvaluationDetail {
            EvaluationDetail(
                EvaluationRecord(
                    generation: 1, episodes: 3, mean: 0, standardDeviation: 1, steps: 3, seconds: 1,
                    parameters: (0..<count).map { Float($0) }, digest: "e",
                    finished: ShownRun.began),
                settings: settings)
        }
        let sizes = [(name: "latent-size", value: "2"), ("hidden-size", "3")]
        let linear = detail(
            5 * 9, sizes + [("controller-mapping", "discrete"), ("controller-inputs", "zch")])
        #expect(linear.outputs == ["nothing", "right", "left", "gas", "brake"])
        #expect(linear.columns == ["z 0", "z 1", "c 0", "c 1", "c 2", "h 0", "h 1", "h 2"])
        #expect(linear.weights[4] == (32..<40).map { Double($0) })
        #expect(linear.biases == [40, 41, 42, 43, 44])
        let layered = detail(
            2 * 3 + 3 * 3, sizes + [("controller-hidden", "2"), ("controller-inputs", "z")])
        #expect(layered.columns == ["unit 0", "unit 1"])
        #expect(
            layered.weights == [[6, 7], [8, 9], [10, 11]] && layered.biases == [12, 13, 14])
        // What is of no such form has no weights to show.
        let other = detail(868, [])
        #expect(other.weights.isEmpty && other.biases.isEmpty && other.inputs == 0)
        // Nor does a size that cannot be take memory: it counts as unsaid.
        #expect(detail(867, [("latent-size", "\(Int.max)")]).inputs == 288)
    }

    @Test(arguments: [
        (2.0, 4.3027), (3, 3.1824), (9, 2.2622), (15, 2.1314), (63, 1.9983), (1e6, 1.96),
    ])
    func `Student's quantile`(freedom: Double, expected: Double) {
        #expect(abs(Interval.studentQuantile(freedom: freedom) / expected - 1) < 0.003)
    }

    @Test func `the tail names ends, percentiles and hard tracks`() async throws {
        let run = try ShownRun()
        let tail = try await object(run.site(), "/api/v1/runs/run/tail?generations=2")
        let training = try #require(tail["training"] as? [String: Any])
        #expect(training["from"] as? Int == 2 && training["episodes"] as? Int == 24)
        #expect(training["finishedShare"] as? Double == 0.25)
        let hardest = try #require(training["hardest"] as? [[String: Any]])
        #expect(hardest.first?["trackSeed"] as? String == "\(UInt64.max - 2)")
        #expect(hardest.first?["finished"] as? Int == 2)
    }

    @Test func `events after a number, the last ones where there are many`() async throws {
        let run = try ShownRun(generations: 5)
        let events = try await list(run.site(), "/api/v1/runs/run/events?after=1&limit=2", "events")
        #expect(events.map { $0["number"] as? Int } == [4, 5])
        // What a peer calls itself is text, here as everywhere.
        #expect(events[0]["message"] as? String == "worker <b>mars</b>/4")
    }

    @Test func `an answer that is known is not sent again`() async throws {
        let run = try ShownRun()
        let server = try await run.serve()
        let port = server.address.port
        let target = "/api/v1/runs/run/generations"
        let first = try #require(try await RawConnection.ask(port, target))
        let tag = try #require(first.header("etag"))
        let second = try await RawConnection.ask(port, target, headers: ["If-None-Match: \(tag)"])
        #expect(second?.status == 304 && second?.body == "")
        try run.add(4)
        let third = try await RawConnection.ask(port, target, headers: ["If-None-Match: \(tag)"])
        #expect(third?.status == 200 && third?.header("etag") != tag)
        await server.stop()
    }

    @Test(arguments: [
        "generations?after=x", "generations?after=-1", "events?limit=1e3", "tail?generations=",
        "generations/1?purpose=recording", "films/drive/-1", "films/drive/18446744073709551616",
    ])
    func `a query that is none is refused`(query: String) async throws {
        let run = try ShownRun(generations: 1)
        #expect(try await ask(run.site(), "/api/v1/runs/run/\(query)").status == 400)
    }

    @Test func `a feed tells each change once, and that it lives where there is none`() async {
        let said = Mutex("first")
        var feed = EventFeed(current: { said.withLock { $0 } })
        feed.interval = .milliseconds(1)
        var events = feed.events().makeAsyncIterator()
        var told: [ServerSentEvent?] = []
        for _ in 0..<3 { told.append(await events.next()) }
        said.withLock { $0 = "second" }
        for _ in 0..<2 { told.append(await events.next()) }
        #expect(told.map(\.?.name) == ["pulse", "beat", "beat", "pulse", "beat"])
        #expect(told[0]?.data == "first" && told[3]?.data == "second")
    }

    @Test func `a stream tells what is so, and what changes`() async throws {
        let run = try ShownRun(generations: 1)
        let site = run.site()
        let target = try #require(RequestTarget("/api/v1/stream?run=run"))
        let found = await site.feed(target)
        var feed = try #require(found)
        feed.interval = .milliseconds(10)
        var events = feed.events().makeAsyncIterator()
        let began = await events.next()
        let first = try #require(began)
        #expect(first.name == "pulse" && first.data.contains("\"generation\":1"))
        #expect(!first.data.contains("\n"))
        try run.add(2)
        var next = await events.next()
        while next?.name == "beat" || next?.data.contains("\"digest\":\"f2\"") == false {
            next = await events.next()
        }
        #expect(next?.data.contains("\"best\":199") == true)
        let other = try #require(RequestTarget("/api/v1/stream?run=x"))
        let none = await site.feed(other)
        #expect(none == nil)
    }

    @Test func `the coordinator's own page has its workers`() async throws {
        let run = try ShownRun(generations: 1)
        let status = ClusterStatus.made(
            workers: [.made("mars", cores: 4, outstanding: 16, steps: [5, 7])], open: 64, total: 128
        )
        let catalog = RunCatalog(ServedRun(run.directory, status: { status }))
        let site = Site(catalog, meter: RunMeter())
        let cluster = try await object(site, "/api/v1/runs/run/cluster")
        let worker = try #require((cluster["workers"] as? [[String: Any]])?.first)
        #expect(worker["host"] as? String == "mars" && worker["busyShare"] as? Double == 0.5)
        // 128 episodes, 32 at once a worker.
        #expect(cluster["workersWanted"] as? Int == 4)
        let runs = try await list(site, "/api/v1/runs", "runs")
        let state = try #require(runs[0]["state"] as? [String: Any])
        #expect(state["state"] as? String == "search" && state["total"] as? Int == 128)
    }

    @Test func `a film is made once, when it is asked for, and kept in the run`() async throws {
        let run = try ShownRun(generations: 1)
        let maker = CountingFilms()
        let site = Site(RunCatalog(ServedRun(run.directory, films: maker)), meter: nil)
        let path = "/api/v1/runs/run/films/drive/18446744073709551615"
        #expect(try await object(site, path)["state"] as? String == "none")
        #expect(try await ask(site, path + "/file").status == 404)
        var state = try await object(site, path + "?make=1")["state"] as? String
        while state == "making" {
            await Task.yield()
            state = try await object(site, path + "?make=1")["state"] as? String
        }
        #expect(state == "ready" && maker.count == 1)
        let file = try await ask(site, path + "/file")
        #expect(file.type == "image/gif" && file.body == Data("film".utf8))
        let kept = try FileManager.default.contentsOfDirectory(
            atPath: run.directory.url.appending(path: "films").path)
        #expect(kept.count == 1 && kept[0].hasPrefix("drive-18446744073709551615-"))
    }
}
