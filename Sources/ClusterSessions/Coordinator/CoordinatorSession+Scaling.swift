// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol

// Who may ask for what, and how many cores workers use.
extension CoordinatorSession {
    /// Why a client's key is not for what it asks; nil: it is.
    func objection(to message: WorkerMessage, from origin: PeerOrigin) -> String? {
        switch (message, origin.role) {
        case (.statusRequest, _), (.scale, .operate): nil
        // Without keys there is nobody to tell from others, and the address is on loopback.
        case (.scale, _) where origin.key == nil: nil
        case (.scale, _): "the key of this client may not scale workers; 'operate' allows it"
        case (_, .look): "the key of this client may look, and not work"
        case (_, .operate): "the key of this client may operate, and not work"
        case (_, .work): nil
        }
    }

    /// Tells the workers of a host, or all, how many cores to use.
    mutating func scale(host: String?, to cores: Int) -> ScaleAnswer {
        let told = workers.values.filter {
            $0.peer != nil && (host ?? $0.hello.host) == $0.hello.host
        }
        guard !told.isEmpty else {
            let hosts = Set(workers.values.filter { $0.peer != nil }.map(\.hello.host)).sorted()
            return .refused(
                hosts.isEmpty
                    ? "no worker is connected"
                    : "no worker of the host \(host ?? "") is connected, but those of "
                        + hosts.prefix(10).joined(separator: ", "))
        }
        for worker in told {
            if let peer = worker.peer { send(.useCores(cores), to: peer) }
        }
        return .told(workers: told.count, limited: told.count { $0.hello.cores < cores })
    }
}
