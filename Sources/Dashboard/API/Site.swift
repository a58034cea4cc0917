// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import RunStore

/// What a server serves.
protocol ServedSite: Sendable {
    /// The paths at which it is told something, by POST.
    var posts: Set<[String]> { get }

    /// Answers a question of a browser that knows a version of the answer.
    func answer(_ target: RequestTarget, knowing known: String?) async -> Answer

    /// Takes what is told at one of `posts`, in JSON.
    func take(_ target: RequestTarget, body: Data) async -> Answer

    /// The stream that a question is about; nil where there is none.
    func stream(_ target: RequestTarget) async -> (any EventSource)?
}

/// What a server of runs serves: the page with the interface that it reads, or figures for Prometheus alone.
///
/// All questions are answered one after another on a thread of their own: reading a database waits,
/// and what drives a run must not wait with it.
package final class Site: ServedSite {
    private let catalog: RunCatalog
    private let metrics: MetricsSource
    private let hasPage: Bool
    private let queue = DispatchQueue(label: "dashboard", qos: .utility)

    /// Collects the parts.
    ///
    /// - Parameters:
    ///   - catalog: The runs.
    ///   - meter: What the coordinator counts; nil where this process is none.
    ///   - hasPage: Whether there is more than figures.
    package init(_ catalog: RunCatalog, meter: RunMeter?, hasPage: Bool = true) {
        self.catalog = catalog
        self.hasPage = hasPage
        metrics = MetricsSource(catalog: catalog, meter: meter)
    }

    func answer(_ target: RequestTarget, knowing known: String?) async -> Answer {
        await onQueue { self.answerNow(target, knowing: known) }
    }

    /// Nothing here is changed by anybody.
    var posts: Set<[String]> { [] }

    func take(_ target: RequestTarget, body: Data) async -> Answer {
        .failure(405, "nothing is taken here")
    }

    func stream(_ target: RequestTarget) async -> (any EventSource)? { await feed(target) }

    /// What a stream tells; nil where there is none.
    func feed(_ target: RequestTarget) async -> EventFeed? {
        guard hasPage, let name = target.query["run"] else { return nil }
        guard await onQueue({ self.catalog.view(name) != nil }) else { return nil }
        return EventFeed(current: { [self] in
            await onQueue {
                guard let view = self.catalog.view(name),
                    let state = try? RunState(view),
                    let data = try? JSONText.data(of: state)
                else { return nil }
                return String(decoding: data, as: UTF8.self)
            }
        })
    }

    private func onQueue<Result: Sendable>(
        _ work: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }

    /// Answers on the caller's thread.
    func answerNow(_ target: RequestTarget, knowing known: String?) -> Answer {
        do {
            return try route(target, knowing: known)
                ?? .failure(404, "nothing here; /api/v1 lists what there is")
        } catch let error as QueryError {
            return .failure(400, error.description)
        } catch let error as RunStoreError {
            return .failure(503, error.description)
        } catch {
            return .failure(500, "\(error)")
        }
    }

    private func route(_ target: RequestTarget, knowing known: String?) throws -> Answer? {
        switch target.path.first {
        case "healthz" where target.path.count == 1: return .text("ok\n")
        case "readyz" where target.path.count == 1: return ready()
        case "metrics" where target.path.count == 1:
            return .text(metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
        case "api" where hasPage && target.path.dropFirst().first == "v1":
            return try api(Array(target.path.dropFirst(2)), target.query, knowing: known)
        case nil where hasPage: return Page.answer("index.html")
        case "page" where hasPage && target.path.count == 2: return Page.answer(target.path[1])
        default: return nil
        }
    }

    private func api(
        _ path: [String], _ query: [String: String], knowing known: String?
    ) throws -> Answer? {
        guard path.first == "runs" else {
            return path.isEmpty ? try .json(Interface.description) : nil
        }
        guard path.count > 1 else {
            return try .json(RunList(runs: catalog.views().map { RunHead(reading: $0) }))
        }
        guard let view = catalog.view(path[1]) else { return nil }
        return try RunResource(view).answer(
            Array(path.dropFirst(2)), Query(query), knowing: known)
    }

    /// Whether what is shown can be read.
    private func ready() -> Answer {
        for view in catalog.views() {
            do {
                _ = try view.reader().pulse()
                if view.run.status != nil, view.status() == nil {
                    return .failure(503, "the coordinator does not answer")
                }
            } catch {
                return .failure(503, "\(error)")
            }
        }
        return .text("ok\n")
    }
}

/// What is wrong with a query.
struct QueryError: Error, CustomStringConvertible {
    let description: String
}

/// A query's values, of which those that are numbers are checked.
struct Query {
    private let values: [String: String]

    init(_ values: [String: String]) {
        self.values = values
    }

    subscript(_ name: String) -> String? { values[name] }

    /// A whole number from 0.
    func number(_ name: String, usually: Int) throws -> Int {
        guard let text = values[name] else { return usually }
        guard let number = Int(text), (0...1 << 40).contains(number) else {
            throw QueryError(description: "\(name)=\(text.printable) is not a whole number from 0")
        }
        return number
    }
}
