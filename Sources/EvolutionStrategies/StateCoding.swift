// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import SeededRandom
import Tensors

/// Writes a strategy's state as bytes: little-endian 64-bit words, the same for the same state.
struct StateWriter {
    private(set) var data: Data

    init(reservingBytes capacity: Int) {
        data = Data(capacity: capacity)
    }

    mutating func write(_ value: UInt64) {
        data.appendLittleEndian(value)
    }

    mutating func write(_ value: Int) { write(UInt64(bitPattern: Int64(value))) }
    mutating func write(_ value: Bool) { write(value ? 1 : 0) }
    mutating func write(_ value: Double) { write(value.bitPattern) }

    mutating func write(_ value: Int?) {
        write(value != nil)
        write(value ?? 0)
    }

    mutating func write(_ values: [Double]) {
        write(values.count)
        values.withUnsafeBufferPointer { write($0[...]) }
    }

    mutating func write(_ values: [Double]?) {
        write(values != nil)
        write(values ?? [])
    }

    mutating func write(_ values: [Bool]) {
        write(values.count)
        for value in values { write(value) }
    }

    mutating func write(_ bytes: Data) {
        write(bytes.count)
        data.append(bytes)
        data.append(contentsOf: [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8))
    }

    mutating func write(_ generator: PCG64) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Coding a few integers as JSON cannot fail.
        write((try? encoder.encode(generator)) ?? Data())
    }

    mutating func write(_ text: String) { write(Data(text.utf8)) }

    mutating func write(_ best: EvaluatedCandidate?) {
        write(best?.candidate)
        write(best?.cost ?? 0)
        write(best?.evaluation ?? 0)
    }

    mutating func write(_ bounds: EvolutionStrategy.Bounds?) {
        write(bounds?.lower)
        write(bounds?.upper)
    }

    mutating func write(_ matrix: DoubleMatrix) {
        matrix.withElements { write($0[...]) }
    }

    mutating func write(lowerTriangle matrix: DoubleMatrix) {
        matrix.withElements { elements in
            for column in 0..<matrix.columns {
                write(elements[(column * (matrix.rows + 1))..<((column + 1) * matrix.rows)])
            }
        }
    }

    private mutating func write(_ elements: Slice<UnsafeBufferPointer<Double>>) {
        data.appendLittleEndian(UnsafeBufferPointer(rebasing: elements))
    }
}

/// Reads what a `StateWriter` wrote, and refuses everything else.
struct StateReader {
    private static let mostCounted = 1 << 53

    private let data: Data
    private var position: Int

    /// The words between the first, `magic`, and the last, their checksum; `owner` is for errors.
    init(_ data: Data, magic: UInt64, of owner: String) throws(EvolutionStrategyError) {
        guard data.count >= 24, data.count % 8 == 0 else {
            throw .invalidState(reason: "\(data.count) bytes are cut off or something else")
        }
        guard data.littleEndian(UInt64.self, at: 0) == magic else {
            throw .invalidState(reason: "it does not begin as a \(owner)'s state does")
        }
        guard
            data.littleEndian(UInt64.self, at: data.count - 8) == stateChecksum(data.dropLast(8))
        else { throw .invalidState(reason: "its checksum is wrong: the data are damaged") }
        self.data = data.dropFirst(8).dropLast(8)
        position = self.data.startIndex
    }

    /// Whether a state begins with this word.
    static func begins(_ data: Data, with magic: UInt64) -> Bool {
        data.count >= 8 && data.littleEndian(UInt64.self, at: 0) == magic
    }

    var remaining: Int { data.endIndex - position }

    /// Makes sure that all has been read.
    func finish() throws(EvolutionStrategyError) {
        guard remaining == 0 else {
            throw .invalidState(reason: "\(remaining) bytes are left over")
        }
    }

    mutating func word() throws(EvolutionStrategyError) -> UInt64 {
        try check(bytes: 8)
        defer { position += 8 }
        return data.littleEndian(UInt64.self, at: position - data.startIndex)
    }

    mutating func int() throws(EvolutionStrategyError) -> Int {
        let value = Int(truncatingIfNeeded: Int64(bitPattern: try word()))
        // So far below zero that the next difference would overflow.
        guard value >= -Self.mostCounted else {
            throw .invalidState(reason: "\(value) is no number of a search")
        }
        return value
    }

    /// A number of things that happened, which may be counted on.
    mutating func counter() throws(EvolutionStrategyError) -> Int {
        let value = try int()
        guard (0...Self.mostCounted).contains(value) else {
            throw .invalidState(reason: "\(value) is no number of things that happened")
        }
        return value
    }

    mutating func bool() throws(EvolutionStrategyError) -> Bool {
        switch try word() {
        case 0: return false
        case 1: return true
        case let value: throw .invalidState(reason: "\(value) is no truth value")
        }
    }

    mutating func double() throws(EvolutionStrategyError) -> Double {
        Double(bitPattern: try word())
    }

    mutating func optionalInt() throws(EvolutionStrategyError) -> Int? {
        let present = try bool()
        let value = try int()
        return present ? value : nil
    }

    mutating func doubles() throws(EvolutionStrategyError) -> [Double] {
        var values = [Double](repeating: 0, count: try length(of: 8))
        values.withUnsafeMutableBufferPointer { copy(into: $0[...]) }
        return values
    }

    mutating func doubles(count: Int) throws(EvolutionStrategyError) -> [Double] {
        let values = try doubles()
        guard values.count == count else {
            throw .invalidState(reason: "\(values.count) numbers stand where \(count) belong")
        }
        return values
    }

    mutating func optionalDoubles() throws(EvolutionStrategyError) -> [Double]? {
        let present = try bool()
        let values = try doubles()
        return present ? values : nil
    }

    mutating func bools() throws(EvolutionStrategyError) -> [Bool] {
        let count = try length(of: 8)
        var values: [Bool] = []
        for _ in 0..<count { values.append(try bool()) }
        return values
    }

    mutating func bytes() throws(EvolutionStrategyError) -> Data {
        let count = try length(of: 1)
        let padded = (count + 7) / 8 * 8
        try check(bytes: padded)
        defer { position += padded }
        return data.subdata(in: position..<(position + count))
    }

    mutating func generator() throws(EvolutionStrategyError) -> PCG64 {
        let bytes = try bytes()
        do {
            return try JSONDecoder().decode(PCG64.self, from: bytes)
        } catch {
            throw .invalidState(reason: "a random generator cannot be read")
        }
    }

    mutating func text() throws(EvolutionStrategyError) -> String {
        String(decoding: try bytes(), as: UTF8.self)
    }

    mutating func choice<Choice: RawRepresentable<String>>(
        of kind: String
    ) throws(EvolutionStrategyError) -> Choice {
        let name = try text()
        guard let choice = Choice(rawValue: name) else {
            throw .invalidState(reason: "there is no \(kind) \(name)")
        }
        return choice
    }

    mutating func candidate() throws(EvolutionStrategyError) -> EvaluatedCandidate? {
        let variables = try optionalDoubles()
        let (cost, evaluation) = (try double(), try int())
        return variables.map { .init(candidate: $0, cost: cost, evaluation: evaluation) }
    }

    mutating func bounds() throws(EvolutionStrategyError) -> EvolutionStrategy.Bounds? {
        let (lower, upper) = (try optionalDoubles(), try optionalDoubles())
        guard let lower, let upper else { return nil }
        return EvolutionStrategy.Bounds(lower: lower, upper: upper)
    }

    mutating func matrix(
        rows: Int, columns: Int
    ) throws(EvolutionStrategyError) -> DoubleMatrix {
        try check(bytes: rows * columns * 8)
        var matrix = DoubleMatrix(rows: rows, columns: columns)
        matrix.withMutableElements { copy(into: $0[...]) }
        return matrix
    }

    mutating func lowerTriangle(size: Int) throws(EvolutionStrategyError) -> DoubleMatrix {
        try check(bytes: size * (size + 1) / 2 * 8)
        var matrix = DoubleMatrix(rows: size, columns: size)
        matrix.withMutableElements { elements in
            for column in 0..<size {
                copy(into: elements[(column * (size + 1))..<((column + 1) * size)])
            }
        }
        return matrix
    }

    /// Copies checked bytes.
    private mutating func copy(into elements: Slice<UnsafeMutableBufferPointer<Double>>) {
        let target = UnsafeMutableBufferPointer(rebasing: elements)
        data.copyBytes(
            to: UnsafeMutableRawBufferPointer(target),
            from: position..<(position + 8 * target.count))
        position += 8 * target.count
    }

    /// A count, checked against the bytes that are left, so that no bad count allocates memory.
    private mutating func length(of size: Int) throws(EvolutionStrategyError) -> Int {
        let count = try int()
        guard count >= 0, count <= remaining / size else {
            throw .invalidState(reason: "a list of \(count) elements exceeds the data")
        }
        return count
    }

    private func check(bytes count: Int) throws(EvolutionStrategyError) {
        if count > remaining { throw .invalidState(reason: "the data end too early") }
    }
}

/// A checksum of the state's words, against files cut off or damaged.
func stateChecksum(_ data: Data) -> UInt64 {
    var sum: UInt64 = 0x9e37_79b9_7f4a_7c15
    data.withUnsafeBytes { bytes in
        for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
            let word = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            sum = (sum ^ word) &* 0xff51_afd7_ed55_8ccd
            sum ^= sum >> 32
        }
    }
    return sum
}
