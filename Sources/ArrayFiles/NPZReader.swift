// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

/// An .npz archive, as `numpy.savez` and `numpy.savez_compressed` write them.
///
/// Opening reads the directory only; arrays are read one by one, from several threads at once if
/// need be. An array's name goes without ".npy".
public final class NPZReader: Sendable {
    /// What errors call the archive: its path, or the name given with the data.
    public var name: String { source.name }
    /// The names of the arrays, in the archive's order.
    public let arrayNames: [String]

    private let source: ByteSource
    private let members: [String: ZIPMember]

    /// The largest array that `array(_:)` reads without being told that it may be larger: 4 GiB.
    public static let defaultLimit = 4 << 30

    /// Opens an archive.
    ///
    /// - Throws: `FileError` if it cannot be read or is no such archive.
    public convenience init(contentsOf url: URL) throws {
        try self.init(ByteSource(contentsOf: url))
    }

    /// Opens an archive in memory, which errors call `name`.
    ///
    /// - Throws: `FileError` if it is no such archive.
    public convenience init(data: Data, name: String) throws {
        try self.init(ByteSource(data: data, name: name))
    }

    private init(_ source: ByteSource) throws {
        self.source = source
        var names: [String] = []
        var members: [String: ZIPMember] = [:]
        for member in try Self.members(of: source) where member.name.hasSuffix(".npy") {
            let name = String(member.name.dropLast(4))
            guard members.updateValue(member, forKey: name) == nil else {
                throw source.malformed("it holds \(name) twice")
            }
            names.append(name)
        }
        arrayNames = names
        self.members = members
    }

    /// What is in the archive; another format's file is refused as what it is.
    private static func members(of source: ByteSource) throws -> [ZIPMember] {
        do {
            let members = try ZIPDirectory(source).members()
            if members.isEmpty || members.contains(where: { $0.name.hasSuffix(".npy") }) {
                return members
            }
            throw source.malformed("it holds no arrays")
        } catch let error as FileError {
            throw error.naming(formatOf: source, expected: .npz)
        }
    }

    /// Whether there is an array of this name.
    public func contains(_ name: String) -> Bool {
        members[name] != nil
    }

    /// Element type and shape of an array, checked against the archive's directory.
    ///
    /// - Throws: `FileError` if there is no such array or it is damaged.
    public func header(_ name: String) throws -> NPYHeader {
        try open(name).header
    }

    /// Reads a whole array and verifies its checksum.
    ///
    /// One of more than `byteLimit` is refused, so that a small file cannot fill the memory.
    ///
    /// - Throws: `FileError` if there is no such array, it is damaged or too large.
    public func array(_ name: String, byteLimit: Int = defaultLimit) throws -> NPYArray {
        let (header, stream) = try open(name)
        let count = header.byteCount
        guard count <= byteLimit else {
            throw source.unsupported("\(name) takes \(count) bytes, more than \(byteLimit)")
        }
        return NPYArray(header, asStored: try stream.read(count))
    }

    /// An array's header, and its file from the first element on.
    private func open(_ name: String) throws -> (header: NPYHeader, stream: ZIPMemberStream) {
        guard let member = members[name] else {
            let known = arrayNames.isEmpty ? "none" : arrayNames.joined(separator: ", ")
            throw source.malformed("it has no array \(name) (it has: \(known))")
        }
        let stream = try ZIPMemberStream(member, in: source)
        return (try NPYHeader(from: stream, name: "\(source.name):\(name)"), stream)
    }
}
