// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
public import Foundation

/// A safetensors file: named tensors of single precision and a dictionary of texts.
///
/// Format: huggingface/safetensors: an 8-byte header length, a JSON header, the tensors' bytes
/// without gaps. F32 and F16 are written; BF16 and F64 are read too and converted.
public struct SafetensorsFile: Sendable, Hashable {
    /// Texts about the content, such as its kind and sizes.
    public var metadata: [String: String]
    /// The tensors by name.
    public var tensors: [String: Tensor]

    /// Makes the content of a file.
    public init(metadata: [String: String] = [:], tensors: [String: Tensor] = [:]) {
        self.metadata = metadata
        self.tensors = tensors
    }

    /// Reads a file.
    ///
    /// - Throws: `FileError` if it cannot be read or is no valid safetensors file; `.foreign` says
    ///   how a PyTorch checkpoint becomes one.
    public init(contentsOf url: URL) throws {
        let source = try ByteSource(contentsOf: url)
        // The limit of memory is that of the header's tensors, which must fill the file exactly.
        try self.init(bytes: source.bytes(at: 0, count: source.byteCount), name: source.name)
    }

    /// Reads the bytes of a file, which errors call `name`.
    ///
    /// - Throws: `FileError.malformed` if it is no valid safetensors file.
    public init(data: Data, name: String) throws {
        try self.init(bytes: [UInt8](data), name: name)
    }

    /// How the numbers of a file are written.
    public enum Precision: Sendable, Hashable {
        /// Four bytes a number, nothing lost.
        case single
        /// Two bytes a number, 11 bits of it; beyond 65,504 it becomes infinite.
        case half

        fileprivate var byteCount: Int { self == .single ? 4 : 2 }
        fileprivate var name: String { self == .single ? "F32" : "F16" }
    }

    /// The bytes of the file; equal content makes equal bytes.
    ///
    /// Tensors lie in the order of their names, which is the header's order too; the header is
    /// padded so that they start at a multiple of 8.
    public func encoded(as precision: Precision = .single) -> Data {
        var header = "{"
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(quoted($1))" }
            header += "\"__metadata__\":{\(texts.joined(separator: ","))}"
        }
        let sorted = tensors.sorted { $0.key < $1.key }
        var offset = 0
        for (name, tensor) in sorted {
            precondition(name != "__metadata__", "a tensor cannot be named __metadata__")
            let end = offset + precision.byteCount * tensor.values.count
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            if header.utf8.count > 1 { header += "," }
            header +=
                "\(quoted(name)):{\"dtype\":\"\(precision.name)\",\"shape\":[\(shape)],"
                + "\"data_offsets\":[\(offset),\(end)]}"
            offset = end
        }
        header += "}"
        header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.utf8.count + offset)
        bytes.appendLittleEndian(UInt64(header.utf8.count))
        bytes += header.utf8
        for (_, tensor) in sorted {
            switch precision {
            case .single: bytes.appendLittleEndian(tensor.values)
            case .half:
                for value in tensor.values { bytes.appendLittleEndian(Float16(value).bitPattern) }
            }
        }
        return Data(bytes)
    }

    /// Writes the file atomically.
    ///
    /// - Throws: `FileError` if it cannot be written.
    public func write(to url: URL) throws {
        try AtomicFile.write(encoded(), to: url)
    }

    /// Refuses numbers that no trained model has; an error calls the file `name`.
    ///
    /// - Throws: `FileError.malformed` with the first tensor, in the order of names, that holds a
    ///   NaN or an infinity.
    public func requireFinite(name: String) throws {
        for (key, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
                throw FileError.malformed(
                    file: name, reason: "\(key) holds \(tensor.values[index]) at index \(index)")
            }
        }
    }

    private init(bytes: [UInt8], name: String) throws {
        let header: SafetensorsHeader
        do {
            header = try SafetensorsHeader(bytes, name: name)
        } catch let error as FileError {
            let source = ByteSource(data: Data(bytes), name: name)
            throw error.naming(formatOf: source, expected: .safetensors)
        }
        metadata = header.metadata
        tensors = header.tensors.mapValues { entry in
            Tensor(
                shape: entry.shape,
                values: entry.type.floats(bytes[entry.range(from: header.dataStart)]))
        }
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
