// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation

/// The header of a safetensors file, every statement of which has been checked against the file.
struct SafetensorsHeader {
    /// The types that can be read as single precision.
    enum ElementType: String {
        case float16 = "F16"
        case bfloat16 = "BF16"
        case float32 = "F32"
        case float64 = "F64"

        var byteCount: Int {
            switch self {
            case .float16, .bfloat16: 2
            case .float32: 4
            case .float64: 8
            }
        }

        func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
            bytes.withUnsafeBytes { raw in
                switch self {
                case .float32: NPYArray.copy(raw, Float.self)
                case .float64: NPYArray.convert(raw, Double.self) { Float($0) }
                case .float16: NPYArray.convert(raw, Float16.self) { Float($0) }
                case .bfloat16:
                    NPYArray.convert(raw, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
                }
            }
        }
    }

    /// Where a tensor lies.
    struct Entry {
        var type: ElementType
        var shape: [Int]
        var start: Int
        var end: Int

        func range(from dataStart: Int) -> Range<Int> {
            dataStart + start..<dataStart + end
        }
    }

    private(set) var metadata: [String: String] = [:]
    private(set) var tensors: [String: Entry] = [:]
    let dataStart: Int

    /// As in the reference implementation: 100 MB.
    private static let lengthLimit = 100_000_000

    init(_ bytes: [UInt8], name: String) throws {
        func malformed(_ reason: String) -> FileError { .malformed(file: name, reason: reason) }
        guard bytes.count >= 8 else { throw malformed("it is too short") }
        let stated = bytes.littleEndian(UInt64.self, at: 0)
        // A length that no header has is the beginning of something else.
        guard stated <= UInt64(Self.lengthLimit) else {
            throw malformed("it does not begin as a safetensors file does")
        }
        guard stated <= UInt64(bytes.count - 8) else {
            throw malformed(
                "its header states \(stated) bytes, \(bytes.count - 8) are there")
        }
        dataStart = 8 + Int(stated)
        let json: JSONHeader
        do {
            json = try JSONDecoder().decode(JSONHeader.self, from: Data(bytes[8..<dataStart]))
        } catch {
            throw malformed("its header is not the JSON of a safetensors file")
        }
        metadata = json.metadata
        for (key, entry) in json.tensors {
            guard let type = ElementType(rawValue: entry.dtype) else {
                throw FileError.unsupported(
                    file: name,
                    reason: "tensor \(printable(key)) has type \(printable(entry.dtype)), "
                        + "not F32, F64, F16 or BF16")
            }
            guard entry.dataOffsets.count == 2, entry.shape.count <= 32,
                let size = NPYHeader.byteCount(of: entry.shape, elementByteCount: type.byteCount),
                entry.dataOffsets[0] >= 0, entry.dataOffsets[1] >= entry.dataOffsets[0],
                entry.dataOffsets[1] - entry.dataOffsets[0] == size
            else { throw malformed("tensor \(printable(key)) has another size than its shape") }
            tensors[key] = Entry(
                type: type, shape: entry.shape, start: entry.dataOffsets[0],
                end: entry.dataOffsets[1])
        }
        // Laid end to end the tensors must fill the rest of the file: no overlap, gap or tail.
        var end = 0
        let inOrder = tensors.sorted {
            ($0.value.start, $0.value.end, $0.key) < ($1.value.start, $1.value.end, $1.key)
        }
        for (key, entry) in inOrder {
            guard entry.start == end else {
                throw malformed(
                    "tensor \(printable(key)) starts at \(entry.start), not at \(end)")
            }
            end = entry.end
        }
        guard end == bytes.count - dataStart else {
            throw malformed("its tensors take \(end) bytes, \(bytes.count - dataStart) are there")
        }
    }
}

/// A name out of a file, fit for a line of text.
private func printable(_ name: String) -> String {
    "\"\(String(name.prefix(80)).printable)\""
}

/// The header as JSON has it: tensors by name, and texts under one reserved name.
private struct JSONHeader: Decodable {
    struct Entry: Decodable {
        var dtype: String
        var shape: [Int]
        var dataOffsets: [Int]

        private enum CodingKeys: String, CodingKey {
            case dtype, shape
            case dataOffsets = "data_offsets"
        }
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    var metadata: [String: String] = [:]
    var tensors: [String: Entry] = [:]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        for key in container.allKeys {
            if key.stringValue == "__metadata__" {
                metadata = try container.decode([String: String].self, forKey: key)
            } else {
                tensors[key.stringValue] = try container.decode(Entry.self, forKey: key)
            }
        }
    }
}
