// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// An element of EBML (RFC 8794), of which Matroska and WebM files (RFC 9559) are made: an identifier,
/// the length, the content.
struct MatroskaElement {
    /// The identifiers that a film needs; their bytes are as they stand in the file.
    enum Name: UInt32 {
        case header = 0x1A45_DFA3
        case version = 0x4286
        case readVersion = 0x42F7
        case maximumIdentifierLength = 0x42F2
        case maximumSizeLength = 0x42F3
        case documentType = 0x4282
        case documentVersion = 0x4287
        case documentReadVersion = 0x4285
        case segment = 0x1853_8067
        case information = 0x1549_A966
        case timestampScale = 0x2A_D7B1
        case duration = 0x4489
        case muxingApplication = 0x4D80
        case writingApplication = 0x5741
        case tracks = 0x1654_AE6B
        case trackEntry = 0xAE
        case trackNumber = 0xD7
        case trackIdentifier = 0x73C5
        case trackType = 0x83
        case hasLacing = 0x9C
        case codec = 0x86
        case defaultDuration = 0x23_E383
        case video = 0xE0
        case pixelWidth = 0xB0
        case pixelHeight = 0xBA
        case color = 0x55B0
        case matrixCoefficients = 0x55B1
        case colorRange = 0x55B9
        case transfer = 0x55BA
        case primaries = 0x55BB
        case cues = 0x1C53_BB6B
        case cuePoint = 0xBB
        case cueTime = 0xB3
        case cueTrackPositions = 0xB7
        case cueTrack = 0xF7
        case cueClusterPosition = 0xF1
        case cluster = 0x1F43_B675
        case timestamp = 0xE7
        case simpleBlock = 0xA3
    }

    /// The element as it stands in the file.
    let bytes: [UInt8]

    init(_ name: Name, _ content: [UInt8]) {
        var bytes = Self.identifier(name)
        // Always in eight bytes, so that sizes can be reckoned before contents are known.
        bytes += Self.bigEndian(UInt64(content.count) | 1 << 56)
        bytes += content
        self.bytes = bytes
    }

    init(_ name: Name, _ elements: [MatroskaElement]) {
        self.init(name, elements.flatMap(\.bytes))
    }

    /// A whole number, in eight bytes.
    init(_ name: Name, _ number: Int) {
        self.init(name, Self.bigEndian(UInt64(number)))
    }

    init(_ name: Name, _ number: Double) {
        self.init(name, Self.bigEndian(number.bitPattern))
    }

    init(_ name: Name, _ text: String) {
        self.init(name, Array(text.utf8))
    }

    private static func identifier(_ name: Name) -> [UInt8] {
        Array(bigEndian(UInt64(name.rawValue)).drop { $0 == 0 })
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian, Array.init)
    }
}
