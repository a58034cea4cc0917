// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import ClusterProtocol
import Foundation

/// The models fetched so far, by hash: verified whole, fetched in pieces.
struct ModelStore: Sendable {
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
    func missing(_ model: ModelDescription) -> Int? {
        complete[model.sha256] == nil ? partial[model.sha256]?.count ?? 0 : nil
    }

    mutating func take(
        _ piece: Data, at offset: UInt64, of sha256: Data, models: [ModelDescription]
    ) -> Verdict {
        guard let model = models.first(where: { $0.sha256 == sha256 }),
            complete[sha256] == nil, !piece.isEmpty
        else { return .ignored }
        let have = partial[sha256]?.count ?? 0
        guard offset == UInt64(have), have + piece.count <= model.size else { return .ignored }
        partial[sha256, default: Data()].append(piece)
        guard have + piece.count == model.size else { return .accepted }
        let data = partial.removeValue(forKey: sha256) ?? Data()
        guard SHA256.digest(data) == sha256 else { return .corrupt(model.name) }
        complete[sha256] = data
        return .accepted
    }

    /// Lets go of all but these models: no number of announcements fills the memory.
    mutating func keep(only models: [ModelDescription]) {
        let wanted = Set(models.map(\.sha256))
        complete = complete.filter { wanted.contains($0.key) }
        partial = partial.filter { wanted.contains($0.key) }
    }

    /// The models of a run by their names; nothing is kept, since the engine made of them is.
    mutating func handOver(_ models: [ModelDescription]) -> [String: Data] {
        var named: [String: Data] = [:]
        for model in models { named[model.name] = complete[model.sha256] }
        complete = [:]
        partial = [:]
        return named
    }
}
