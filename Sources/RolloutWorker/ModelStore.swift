// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Foundation

/// The models fetched so far, by hash: verified whole, fetched in pieces.
struct ModelStore {
    /// What a piece led to.
    enum Verdict: Equatable {
        case accepted
        case ignored
        /// All pieces are there but the hash is another.
        case corrupt(String)
    }

    private var complete: [Data: Data] = [:]
    private var partial: [Data: Data] = [:]

    /// Where the next piece begins; nil when the model is there.
    func missing(_ model: WireModel) -> UInt64? {
        complete[model.sha256] == nil ? UInt64(partial[model.sha256]?.count ?? 0) : nil
    }

    mutating func take(_ chunk: WireModelChunk, of models: [WireModel]) -> Verdict {
        guard let model = models.first(where: { $0.sha256 == chunk.sha256 }),
            complete[chunk.sha256] == nil, !chunk.data.isEmpty
        else { return .ignored }
        let have = partial[chunk.sha256]?.count ?? 0
        guard chunk.offset == UInt64(have),
            UInt64(have + chunk.data.count) <= model.size
        else { return .ignored }
        partial[chunk.sha256, default: Data(capacity: Int(model.size))].append(chunk.data)
        guard UInt64(have + chunk.data.count) == model.size else { return .accepted }
        let data = partial.removeValue(forKey: chunk.sha256) ?? Data()
        guard SHA256.digest(data) == chunk.sha256 else { return .corrupt(model.name) }
        complete[chunk.sha256] = data
        return .accepted
    }

    /// Lets go of all but these models: no number of announcements fills the memory.
    mutating func keep(only models: [WireModel]) {
        let wanted = Set(models.map(\.sha256))
        complete = complete.filter { wanted.contains($0.key) }
        partial = partial.filter { wanted.contains($0.key) }
    }

    /// The models of a run by their names; nothing is kept, since the engine made of them is.
    mutating func handOver(_ models: [WireModel]) -> [String: Data] {
        var named: [String: Data] = [:]
        for model in models { named[model.name] = complete[model.sha256] }
        complete = [:]
        partial = [:]
        return named
    }
}
