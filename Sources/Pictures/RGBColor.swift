// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A colour of 8 bits a channel.
public struct RGBColor: Sendable, Hashable {
    /// The share of red, 0 to 255.
    public var red: UInt8
    /// The share of green, 0 to 255.
    public var green: UInt8
    /// The share of blue, 0 to 255.
    public var blue: UInt8

    /// Mixes a colour of shares from 0 to 255.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Black.
    public static let black = RGBColor(0, 0, 0)
    /// White.
    public static let white = RGBColor(255, 255, 255)
    /// A dark grey, for gaps between pictures.
    public static let gap = RGBColor(40, 40, 40)

    /// Colours that are told apart by people who see colours differently : the first six are
    /// those of Okabe and Ito.
    public static let palette = [
        RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115),
        RGBColor(204, 121, 167), RGBColor(230, 159, 0), RGBColor(86, 180, 233),
        RGBColor(0, 0, 0), RGBColor(117, 76, 36), RGBColor(128, 128, 128), RGBColor(120, 60, 170),
    ]
}
