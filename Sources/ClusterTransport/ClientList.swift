// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol
package import Foundation
import Synchronization

/// The clients' public keys that may connect, with their roles; the list may change while the server
/// runs.
package final class ClientList: Sendable {
    private struct State {
        var roles: [ClientKey: ClientRole]
        var revision = 0
        /// The file as it was when it was taken, and as it was when it was last looked at.
        var taken: FileSignature?
        var seen: FileSignature?
        var complaint: String?
    }

    private let state: Mutex<State>
    private let file: URL?

    /// A list of keys as Z85 text, which `replace` changes.
    package init(_ keys: Set<String>) {
        state = Mutex(State(roles: Self.working(keys)))
        file = nil
    }

    /// A list kept in a file, which `refresh` reads again whenever it has changed.
    ///
    /// - Parameter file: Public keys, one a line, also as "public KEY", either with a role behind it;
    ///   "#" begins a comment.
    /// - Throws: `KeyFileError` if it cannot be read or has another line.
    package init(file: URL) throws {
        let signature = FileSignature(of: file)
        state = Mutex(
            State(roles: try Self.read(file), taken: signature, seen: signature))
        // What a pipe said once it will not say again.
        self.file = signature.isRegular ? file : nil
    }

    /// Replaces the list.
    package func replace(with keys: Set<String>) {
        state.withLock {
            $0.roles = Self.working(keys)
            $0.revision += 1
        }
    }

    /// What the owner of a public key may do; nil if it may not connect.
    package func role(of key: ClientKey) -> ClientRole? {
        state.withLock { $0.roles[key] }
    }

    /// Raised by each change.
    package var revision: Int { state.withLock { $0.revision } }

    /// Keys on the list.
    package var count: Int { state.withLock { $0.roles.count } }

    /// Reads the file again if it has changed and is not being written just now: a change counts when
    /// two looks saw the same.
    ///
    /// A file with an error is refused as a whole, and the list stays as it was.
    ///
    /// - Returns: What is wrong with the file, as long as it is.
    package func refresh() -> String? {
        guard let file else { return nil }
        let signature = FileSignature(of: file)
        return state.withLock { state in
            if signature == state.taken {
                state.complaint = nil
            } else if signature == state.seen {
                do {
                    state.roles = try Self.read(file)
                    state.taken = signature
                    state.revision += 1
                    state.complaint = nil
                } catch {
                    state.complaint =
                        "the list of clients is wrong, and stays as it was: \(error)"
                }
            }
            state.seen = signature
            return state.complaint
        }
    }

    private static func working(_ keys: Set<String>) -> [ClientKey: ClientRole] {
        Dictionary(uniqueKeysWithValues: keys.map { (ClientKey($0), .work) })
    }

    private static func read(_ file: URL) throws -> [ClientKey: ClientRole] {
        var roles: [ClientKey: ClientRole] = [:]
        for var line in try KeyFile.lines(of: file) {
            func refuse(_ problem: String) -> KeyFileError {
                .malformed(file.path, line: line.number, problem)
            }
            if line.words.count > 1, line.words[0] == "public" { line.words.removeFirst() }
            guard KeyFile.isKey(line.words[0]) else { throw refuse("is no public key") }
            let key = ClientKey(line.words[0])
            guard roles[key] == nil else { throw refuse("has a key that was listed before") }
            let role = line.words.count > 1 ? line.words[1] : ClientRole.work.rawValue
            guard line.words.count <= 2, let role = ClientRole(rawValue: role) else {
                throw refuse("has more than a key and a role, which is 'work', 'look' or 'operate'")
            }
            roles[key] = role
        }
        return roles
    }
}

/// Tells one state of a file from another, of the file itself where the path is a link: Kubernetes
/// changes a mounted secret by changing a link.
private struct FileSignature: Equatable {
    private var values: [Int] = []
    let isRegular: Bool

    init(of file: URL) {
        var status = stat()
        guard stat(file.path, &status) == 0 else {
            isRegular = false
            return
        }
        isRegular = status.st_mode & S_IFMT == S_IFREG
        values = [
            Int(status.st_dev), Int(status.st_ino), Int(status.st_size),
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
            status.st_ctim.tv_nsec,
        ]
    }
}
