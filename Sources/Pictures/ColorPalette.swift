// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// At most 256 colours that stand for all colours of some pictures.
///
/// Up to 256 colours are kept exactly. More are gathered in bins of 6 bits a channel, and the bins
/// in boxes: again and again the box with the largest squared error is cut at the mean of its
/// widest channel (after Heckbert 1982, by variance as Wu 1991).
public struct ColorPalette: Sendable, Hashable {
    /// The colours, at least one.
    public let colors: [RGBColor]
    /// The index of the colour for each bin, -1 where the pictures had no pixel; empty if
    /// `indexOfColor` holds them all.
    private let indexOfBin: [Int16]
    /// The index of each exact colour, if the pictures had no more than the palette.
    private let indexOfColor: [UInt32: UInt8]

    private static let binCount = 1 << 18

    /// Chooses the colours for pictures that share them; their sizes may differ.
    public init(for images: [RGBImage]) {
        if let exact = Self.exactColors(images) {
            colors = exact.isEmpty ? [.black] : exact.map(Self.color)
            indexOfColor = Dictionary(
                uniqueKeysWithValues: exact.enumerated().map { ($1, UInt8($0)) })
            indexOfBin = []
        } else {
            let bins = Self.bins(images)
            let boxes = Self.boxes(bins)
            colors = boxes.map { Self.mean(bins, $0.members) }
            indexOfColor = [:]
            var indices = [Int16](repeating: -1, count: Self.binCount)
            for (index, box) in boxes.enumerated() {
                for member in box.members { indices[bins[member].bin] = Int16(index) }
            }
            indexOfBin = indices
        }
    }

    /// The palette's indices of height x width pixels, in the pixels' order.
    public func indices(for image: RGBImage) -> [UInt8] {
        let count = image.width * image.height
        // Pictures that the palette was not made for have other colours; the nearest is found once.
        var others: [UInt32: UInt8] = [:]
        var lastKey = UInt32.max
        var last: UInt8 = 0
        return image.pixels.withUnsafeBufferPointer { pixels in
            [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                for pixel in 0..<count {
                    let key = Self.key(pixels, pixel)
                    if key != lastKey {
                        if let known = index(key) ?? others[key] {
                            last = known
                        } else {
                            last = nearest(key)
                            others[key] = last
                        }
                        lastKey = key
                    }
                    buffer.initializeElement(at: pixel, to: last)
                }
                initialized = count
            }
        }
    }

    private func index(_ key: UInt32) -> UInt8? {
        if indexOfBin.isEmpty { return indexOfColor[key] }
        return UInt8(exactly: indexOfBin[Self.bin(key)])
    }

    private func nearest(_ key: UInt32) -> UInt8 {
        let wanted = Self.color(key)
        func distance(_ color: RGBColor) -> Int {
            let red = Int(color.red) - Int(wanted.red)
            let green = Int(color.green) - Int(wanted.green)
            let blue = Int(color.blue) - Int(wanted.blue)
            return red * red + green * green + blue * blue
        }
        let best = colors.indices.min { distance(colors[$0]) < distance(colors[$1]) }
        return UInt8(best ?? 0)
    }

    // MARK: Exact colours

    private static func exactColors(_ images: [RGBImage]) -> [UInt32]? {
        var seen = Set<UInt32>()
        for image in images {
            var last = UInt32.max
            let isFew = image.pixels.withUnsafeBufferPointer { pixels in
                for pixel in 0..<pixels.count / 3 {
                    let key = key(pixels, pixel)
                    if key == last { continue }
                    last = key
                    if seen.insert(key).inserted, seen.count > 256 { return false }
                }
                return true
            }
            if !isFew { return nil }
        }
        return seen.sorted()
    }

    private static func key(_ pixels: UnsafeBufferPointer<UInt8>, _ pixel: Int) -> UInt32 {
        UInt32(pixels[pixel * 3]) << 16 | UInt32(pixels[pixel * 3 + 1]) << 8
            | UInt32(pixels[pixel * 3 + 2])
    }

    private static func color(_ key: UInt32) -> RGBColor {
        RGBColor(
            UInt8(truncatingIfNeeded: key >> 16), UInt8(truncatingIfNeeded: key >> 8),
            UInt8(truncatingIfNeeded: key))
    }

    private static func bin(_ key: UInt32) -> Int {
        Int(key >> 18 & 0x3f) << 12 | Int(key >> 10 & 0x3f) << 6 | Int(key >> 2 & 0x3f)
    }

    // MARK: Bins and boxes

    private struct Bin {
        var bin: Int
        var count: Double
        /// The sum of the pixels' channels.
        var sum: SIMD3<Double>
        var mean: SIMD3<Double> { sum / count }
    }

    private struct Box {
        var members: [Int]
        var channel: Int
        var cut: Double
        /// The squared error of the widest channel if one colour stands for the box.
        var error: Double
    }

    private static func bins(_ images: [RGBImage]) -> [Bin] {
        var place = [Int32](repeating: -1, count: binCount)
        var bins: [Bin] = []
        for image in images {
            image.pixels.withUnsafeBufferPointer { pixels in
                for pixel in 0..<pixels.count / 3 {
                    let bin = bin(key(pixels, pixel))
                    if place[bin] < 0 {
                        place[bin] = Int32(bins.count)
                        bins.append(Bin(bin: bin, count: 0, sum: .zero))
                    }
                    let index = Int(place[bin])
                    bins[index].count += 1
                    bins[index].sum += SIMD3(
                        Double(pixels[pixel * 3]), Double(pixels[pixel * 3 + 1]),
                        Double(pixels[pixel * 3 + 2]))
                }
            }
        }
        return bins
    }

    private static func boxes(_ bins: [Bin]) -> [Box] {
        var boxes = [box(bins, Array(bins.indices))]
        while boxes.count < 256 {
            guard let widest = boxes.indices.max(by: { boxes[$0].error < boxes[$1].error }),
                boxes[widest].error > 0
            else { break }
            let box = boxes[widest]
            let low = box.members.filter { bins[$0].mean[box.channel] <= box.cut }
            let high = box.members.filter { bins[$0].mean[box.channel] > box.cut }
            guard !low.isEmpty, !high.isEmpty else {
                boxes[widest].error = 0
                continue
            }
            boxes[widest] = self.box(bins, low)
            boxes.append(self.box(bins, high))
        }
        return boxes
    }

    private static func box(_ bins: [Bin], _ members: [Int]) -> Box {
        var count = 0.0
        var sum = SIMD3<Double>.zero
        var squares = SIMD3<Double>.zero
        for member in members {
            count += bins[member].count
            sum += bins[member].sum
            squares += bins[member].sum * bins[member].mean
        }
        let errors = squares - sum * sum / count
        let channel = (0..<3).max { errors[$0] < errors[$1] } ?? 0
        return Box(
            members: members, channel: channel, cut: sum[channel] / count,
            error: members.count > 1 ? max(0, errors[channel]) : 0)
    }

    private static func mean(_ bins: [Bin], _ members: [Int]) -> RGBColor {
        let count = members.reduce(0) { $0 + bins[$1].count }
        let mean = members.reduce(SIMD3<Double>.zero) { $0 + bins[$1].sum } / count
        return RGBColor(
            UInt8(mean[0].rounded()), UInt8(mean[1].rounded()), UInt8(mean[2].rounded()))
    }
}
