// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// Random access to the bytes of a file on disk or in memory.
///
/// It is immutable: the descriptor is only read by `pread`, which has no shared position, so
/// several threads may read at once.
final class ByteSource: Sendable {
    private enum Storage {
        case descriptor(Int32)
        case memory(Data)
    }

    /// What errors call it: the path, or the name of the data.
    let name: String
    let byteCount: Int
    private let storage: Storage

    init(contentsOf url: URL) throws {
        name = url.path
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(code: errno, path: name, action: "read") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileError.notAFile(path: name)
        }
        byteCount = Int(status.st_size)
        storage = .descriptor(descriptor)
    }

    init(data: Data, name: String) {
        self.name = name
        byteCount = data.count
        storage = .memory(data)
    }

    deinit {
        if case .descriptor(let descriptor) = storage { close(descriptor) }
    }

    /// Fills a buffer from an offset on; bytes beyond the end are an error that names the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        guard offset >= 0, buffer.count <= byteCount, offset <= byteCount - buffer.count else {
            throw malformed("it ends too early")
        }
        switch storage {
        case .memory(let data):
            let start = data.startIndex + offset
            data.copyBytes(
                to: buffer.bindMemory(to: UInt8.self), from: start..<start + buffer.count)
        case .descriptor(let descriptor):
            var done = 0
            while done < buffer.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
                if count < 0 {
                    if errno == EINTR { continue }
                    throw FileError(code: errno, path: name, action: "read")
                }
                // The file was cut short since it was opened.
                if count == 0 { throw malformed("it ends too early") }
                done += count
            }
        }
    }

    func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        // The check comes before the allocation: a count out of a hostile file may be anything.
        guard count >= 0, count <= byteCount else { throw malformed("it ends too early") }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            initialized = count
        }
    }

    func malformed(_ reason: String) -> FileError {
        .malformed(file: name, reason: reason)
    }

    func unsupported(_ reason: String) -> FileError {
        .unsupported(file: name, reason: reason)
    }
}
