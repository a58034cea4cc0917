// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZlib
import Foundation

/// A step of zlib, as its return code says.
enum ZlibOutcome: Equatable {
    case progress
    case end
    case stalled
    case failed(Int32)

    init(code: Int32) {
        switch code {
        case Z_OK: self = .progress
        case Z_STREAM_END: self = .end
        case Z_BUF_ERROR: self = .stalled
        default: self = .failed(code)
        }
    }
}

/// A raw deflate stream being read.
final class Inflater {
    // zlib keeps the address of its stream, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        let code = inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, size)
        precondition(code == Z_OK, "zlib refuses to start: \(code)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Turns input into output until one of them is used up or the stream ends.
    ///
    /// Tells how much of each was used, and whether the stream goes on.
    func step(
        from input: UnsafeMutableRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (read: Int, written: Int, outcome: ZlibOutcome) {
        let outputCount = min(output.count, Int(UInt32.max))
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(outputCount)
        let outcome = ZlibOutcome(code: inflate(stream, Z_NO_FLUSH))
        return (
            input.count - Int(stream.pointee.avail_in),
            outputCount - Int(stream.pointee.avail_out), outcome
        )
    }
}

/// A raw deflate stream being written.
final class Deflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    /// From level 1 (fast) to 9 (small).
    init(level: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        let code = deflateInit2_(
            stream, Int32(level), Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        precondition(code == Z_OK, "zlib refuses level \(level): \(code)")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Deflates input and hands over what has come out so far; the last input ends the stream.
    func write(
        _ input: UnsafeRawBufferPointer, isLast: Bool,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var start = 0
        repeat {
            let count = min(input.count - start, 1 << 30)
            let piece = UnsafeRawBufferPointer(rebasing: input[start..<start + count])
            start += count
            try write(piece, flush: isLast && start == input.count ? Z_FINISH : Z_NO_FLUSH, sink)
        } while start < input.count
    }

    private func write(
        _ input: UnsafeRawBufferPointer, flush: Int32,
        _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(input.count)
        try chunk.withUnsafeMutableBytes { buffer in
            repeat {
                stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(buffer.count)
                let outcome = ZlibOutcome(code: deflate(stream, flush))
                if case .failed(let code) = outcome { preconditionFailure("zlib fails: \(code)") }
                let count = buffer.count - Int(stream.pointee.avail_out)
                try sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            } while stream.pointee.avail_out == 0
        }
    }
}

/// The checksum of ZIP members.
struct CRC32: Equatable {
    private(set) var value: UInt32 = 0

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, bytes.count))
    }

    /// The checksum of these bytes followed by others.
    func followed(by other: CRC32, count: Int) -> CRC32 {
        CRC32(
            value: UInt32(
                truncatingIfNeeded: crc32_combine(UInt(value), UInt(other.value), count)))
    }
}
