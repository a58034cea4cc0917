// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// What an archive is written to, front to back, with places that are filled in later.
protocol ArchiveOutput: AnyObject {
    var byteCount: Int { get }
    func append(_ bytes: UnsafeRawBufferPointer) throws
    /// Replaces bytes that were appended before.
    func overwrite(_ bytes: [UInt8], at offset: Int) throws
    func commit() throws
}

extension ArchiveOutput {
    func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try append($0) }
    }
}

extension AtomicFile: ArchiveOutput {}

/// A file's bytes in memory, for those who have no disk.
package final class MemoryFile: ArchiveOutput {
    /// What has been written.
    package private(set) var data = Data()

    var byteCount: Int { data.count }

    /// Without a byte.
    package init() {}

    func append(_ bytes: UnsafeRawBufferPointer) {
        data.append(contentsOf: bytes)
    }

    func overwrite(_ bytes: [UInt8], at offset: Int) {
        precondition(
            offset >= 0 && offset + bytes.count <= data.count,
            "overwriting \(bytes.count) bytes at \(offset) of \(data.count)")
        data.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    func commit() {}
}
