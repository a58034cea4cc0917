// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics

/// The bytes of one member of an archive, read in order and checked against its checksum.
final class ZIPMemberStream {
    let member: ZIPMember
    private let source: ByteSource
    private let inflater: Inflater?
    private var position: Int
    private let end: Int
    private var input: [UInt8] = []
    private var inputStart = 0
    /// Uncompressed bytes that have not been asked for yet.
    private(set) var remaining: Int
    private var checksum = CRC32()

    private static let inputCount = 1 << 16

    init(_ member: ZIPMember, in source: ByteSource) throws {
        self.member = member
        self.source = source
        let header = try source.bytes(at: member.headerOffset, count: ZIPLayout.localByteCount)
        let start =
            member.headerOffset + ZIPLayout.localByteCount
            + Int(header.littleEndian(UInt16.self, at: 26))
            + Int(header.littleEndian(UInt16.self, at: 28))
        let method = member.isDeflated ? ZIPLayout.deflated : ZIPLayout.stored
        guard header.littleEndian(UInt32.self, at: 0) == ZIPLayout.localSignature,
            header.littleEndian(UInt16.self, at: 8) == method,
            start <= member.limit - member.compressedByteCount
        else { throw source.malformed("\(member.name) is not where the directory says") }
        position = start
        end = start + member.compressedByteCount
        remaining = member.byteCount
        inflater = member.isDeflated ? Inflater() : nil
    }

    /// The next bytes; with the last ones the checksum is verified.
    func read(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            try read(into: UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) throws {
        guard buffer.count <= remaining else { throw source.malformed("\(member.name) is short") }
        guard buffer.count > 0 else { return }
        if inflater == nil {
            try source.read(into: buffer, at: position)
            position += buffer.count
        } else {
            var done = 0
            while done < buffer.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                done += try inflate(into: rest)
            }
        }
        checksum.update(UnsafeRawBufferPointer(buffer))
        remaining -= buffer.count
        if remaining == 0, checksum.value != member.checksum {
            throw source.malformed("the checksum of \(member.name) is wrong")
        }
    }

    private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let inflater else { return 0 }
        if inputStart == input.count, position < end {
            input = try source.bytes(at: position, count: min(Self.inputCount, end - position))
            position += input.count
            inputStart = 0
        }
        let step = input.withUnsafeMutableBytes {
            inflater.step(
                from: UnsafeMutableRawBufferPointer(rebasing: $0[inputStart...]), into: buffer)
        }
        inputStart += step.read
        let damaged = source.malformed("the deflated bytes of \(member.name) are damaged")
        switch step.outcome {
        case .progress: guard step.read > 0 || step.written > 0 else { throw damaged }
        case .end: guard step.written == buffer.count else { throw damaged }
        case .stalled, .failed: throw damaged
        }
        return step.written
    }
}
