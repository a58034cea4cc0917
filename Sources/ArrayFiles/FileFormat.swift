// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// What a file is by its content, for whoever was given another than he reads.
public enum FileFormat: Sendable, Hashable, CaseIterable {
    /// Tensors by name.
    case safetensors
    /// A ZIP archive of numpy's arrays.
    case npz
    /// One array of numpy's.
    case npy
    /// What `torch.save` writes since 1.6, often called .pt, .pth or .tar: a ZIP archive.
    case torchArchive
    /// What `torch.save` wrote before: pickles one after another.
    case torchPickle
    /// What `torch.save` wrote first: a tar archive.
    case torchTar
    /// What `torch.jit.save` writes: a ZIP archive with code.
    case torchScript
    /// Python's pickled objects.
    case pickle
    /// HDF5, in which Keras keeps weights.
    case hdf5
    /// JSON text that starts with an object.
    case jsonObject
    /// JSON text that starts with a list, such as the weights of the paper's code.
    case jsonList
    /// A tar archive.
    case tar
    /// A ZIP archive of something else.
    case zip
    /// A file compressed by gzip, bzip2, xz or zstd.
    case compressed
    /// The few lines by which Git LFS stands for a file.
    case pointer
    /// A page of the web, or an answer in XML.
    case webPage

    /// Looks at the first bytes of a file, and in a ZIP archive at its members' names.
    init?(of source: ByteSource) {
        let start = (try? source.bytes(at: 0, count: min(512, source.byteCount))) ?? []
        let isArchive = start.starts(with: "PK\u{3}\u{4}".utf8)
        let known = Self.signatures.first { start.starts(with: $0.bytes) }?.format
        let format =
            isArchive
            ? Self.archive(of: source, start)
            : known ?? Self.pickled(start) ?? Self.tar(start) ?? Self.text(start)
        guard let format else { return nil }
        self = format
    }

    private static let signatures: [(bytes: [UInt8], format: Self)] = [
        (NPYHeader.magic, .npy), ([0x89] + Array("HDF\r\n".utf8), .hdf5),
        ([0x1f, 0x8b], .compressed), (Array("BZh".utf8), .compressed),
        ([0xfd] + Array("7zXZ".utf8), .compressed), ([0x28, 0xb5, 0x2f, 0xfd], .compressed),
        (Array("version https://git-lfs.github.com/spec/".utf8), .pointer),
    ]

    /// Looks for members' names where the first and the list of all are; torch's archives have more
    /// between that list and their end than others.
    private static func archive(of source: ByteSource, _ start: [UInt8]) -> Self? {
        let count = min(1 << 16, source.byteCount)
        let end = (try? source.bytes(at: source.byteCount - count, count: count)) ?? []
        func has(_ text: String, in bytes: [UInt8]) -> Bool {
            Data(bytes).range(of: Data(text.utf8)) != nil
        }
        func names(_ text: String) -> Bool { has(text, in: end) || has(text, in: start) }
        if names("/constants.pkl") { return .torchScript }
        if names("/data.pkl") { return .torchArchive }
        if names(".npy") { return .npz }
        // Of an archive that was cut short the list is missing.
        return has("PK\u{1}\u{2}", in: end) ? .zip : nil
    }

    private static func pickled(_ start: [UInt8]) -> Self? {
        guard start.count > 4, start[0] == 0x80, (2...5).contains(start[1]) else { return nil }
        // torch's magic number, as the first of its pickles has it.
        let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
        let isTorch = (2..<24).contains { start.dropFirst($0).starts(with: magic) }
        return isTorch ? .torchPickle : .pickle
    }

    private static func tar(_ start: [UInt8]) -> Self? {
        guard start.dropFirst(257).starts(with: "ustar".utf8) else { return nil }
        let name = String(decoding: start.prefix { $0 != 0 }, as: UTF8.self)
        return ["sys_info", "pickle", "storages", "tensors"].contains(name) ? .torchTar : .tar
    }

    private static func text(_ start: [UInt8]) -> Self? {
        // A safetensors file has the length of its header, which is JSON, before it.
        if start.count > 9, start[4..<8].allSatisfy({ $0 == 0 }), start[8] == 0x7b {
            return .safetensors
        }
        let text = String(decoding: start, as: UTF8.self)
            .drop { $0.isWhitespace || $0 == "\u{feff}" }.lowercased()
        if ["<!doctype html", "<html", "<head", "<?xml"].contains(where: text.hasPrefix) {
            return .webPage
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 || "\t\r\n".contains("\($0)") })
        else { return nil }
        return text.hasPrefix("{") ? .jsonObject : text.hasPrefix("[") ? .jsonList : nil
    }
}
