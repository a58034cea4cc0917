// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CVPX

/// The video library refuses, as it does a frame for which it finds no memory.
public struct VideoError: Error, Equatable, CustomStringConvertible {
    /// What it was to do, and its words.
    public let description: String
}

/// Pictures to VP9 frames, through libvpx.
final class VP9Encoder {
    /// A compressed frame; several may have become one.
    struct Frame {
        /// When it is shown, in milliseconds from the beginning.
        var time: Int
        /// Whether it needs none before it.
        var isKey: Bool
        var bytes: [UInt8]
    }

    private let width: Int
    private let height: Int
    // The library's handles, owned by this object and used by nobody else.
    private let context: UnsafeMutablePointer<vpx_codec_ctx_t>
    private let image: UnsafeMutablePointer<vpx_image_t>

    /// An encoder for pictures of one size.
    ///
    /// Its rate has a bound: 50 pictures a second of a drive take 1 Mbit a second at most, on the
    /// average.
    ///
    /// - Throws: `VideoError`.
    init(width: Int, height: Int) throws {
        var configuration = vpx_codec_enc_cfg_t()
        guard vpx_codec_enc_config_default(vpx_codec_vp9_cx(), &configuration, 0) == VPX_CODEC_OK,
            let image = vpx_img_alloc(
                nil, VPX_IMG_FMT_I420, UInt32(width), UInt32(height), 16)
        else { throw VideoError(description: "libvpx has no encoder for VP9, or no memory") }
        configuration.g_w = UInt32(width)
        configuration.g_h = UInt32(height)
        configuration.g_timebase = vpx_rational(num: 1, den: 1000)
        configuration.g_threads = 2
        configuration.rc_end_usage = VPX_CQ
        configuration.rc_target_bitrate = 1000
        // Whoever jumps into the film waits for no more than five seconds of it to be decoded.
        configuration.kf_max_dist = 250
        let context = UnsafeMutablePointer<vpx_codec_ctx_t>.allocate(capacity: 1)
        context.initialize(to: vpx_codec_ctx_t())
        guard cvpx_initialize(context, &configuration) == VPX_CODEC_OK else {
            defer {
                vpx_img_free(image)
                context.deallocate()
            }
            throw Self.error("begin", context)
        }
        self.image = image
        self.context = context
        self.width = width
        self.height = height
        for (control, value) in [
            (VP8E_SET_CPUUSED, 4), (VP8E_SET_CQ_LEVEL, 30), (VP9E_SET_ROW_MT, 1),
            (VP9E_SET_TILE_COLUMNS, 1), (VP9E_SET_COLOR_SPACE, Int32(VPX_CS_BT_709.rawValue)),
        ] {
            cvpx_set(context, Int32(control.rawValue), value)
        }
    }

    deinit {
        vpx_codec_destroy(context)
        context.deallocate()
        vpx_img_free(image)
    }

    /// Takes a picture.
    ///
    /// - Parameters:
    ///   - picture: Of the encoder's size.
    ///   - time: When it is shown; milliseconds.
    ///   - duration: For how long; milliseconds.
    /// - Returns: The frames that are complete; it looks ahead, so they are earlier ones.
    /// - Throws: `VideoError`.
    func encode(_ picture: RGBImage, time: Int, duration: Int) throws -> [Frame] {
        fill(with: picture)
        return try encode(image, time: time, duration: duration)
    }

    /// The frames that are left when no picture comes any more.
    ///
    /// - Throws: `VideoError`.
    func finish() throws -> [Frame] {
        var frames: [Frame] = []
        while true {
            let more = try encode(nil, time: 0, duration: 0)
            if more.isEmpty { return frames }
            frames += more
        }
    }

    private func encode(
        _ image: UnsafeMutablePointer<vpx_image_t>?, time: Int, duration: Int
    ) throws -> [Frame] {
        guard
            vpx_codec_encode(
                context, image, vpx_codec_pts_t(time), UInt(duration), 0,
                UInt(VPX_DL_GOOD_QUALITY)) == VPX_CODEC_OK
        else { throw Self.error("encode a frame", context) }
        var frames: [Frame] = []
        var iterator: vpx_codec_iter_t?
        while let packet = vpx_codec_get_cx_data(context, &iterator) {
            guard packet.pointee.kind == VPX_CODEC_CX_FRAME_PKT else { continue }
            let frame = packet.pointee.data.frame
            frames.append(
                Frame(
                    time: Int(frame.pts), isKey: frame.flags & UInt32(VPX_FRAME_IS_KEY) != 0,
                    bytes: Array(UnsafeRawBufferPointer(start: frame.buf, count: frame.sz))))
        }
        return frames
    }

    /// RGB to planes of luma and chroma, the latter at half the size: ITU-R BT.709, with luma from 16
    /// to 235.
    private func fill(with picture: RGBImage) {
        let (luma, blue, red, _) = image.pointee.planes
        let (lumaStride, blueStride, redStride, _) = image.pointee.stride
        guard let luma, let blue, let red else { return }
        let (width, height) = (width, height)
        picture.pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<height {
                let line = luma + y * Int(lumaStride)
                for x in 0..<width {
                    let pixel = 3 * (y * width + x)
                    let (r, g) = (Int(pixels[pixel]), Int(pixels[pixel + 1]))
                    let b = Int(pixels[pixel + 2])
                    line[x] = UInt8(16 + (11966 * r + 40254 * g + 4064 * b + 32768) >> 16)
                }
            }
            for y in 0..<(height + 1) / 2 {
                let (blueLine, redLine) = (blue + y * Int(blueStride), red + y * Int(redStride))
                for x in 0..<(width + 1) / 2 {
                    var (r, g, b) = (0, 0, 0)
                    for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                        let place = min(2 * y + row, height - 1) * width
                        let pixel = 3 * (place + min(2 * x + column, width - 1))
                        r += Int(pixels[pixel])
                        g += Int(pixels[pixel + 1])
                        b += Int(pixels[pixel + 2])
                    }
                    // Of four pixels, hence 18 bits.
                    blueLine[x] = UInt8(128 + (-6596 * r - 22189 * g + 28784 * b + 131_072) >> 18)
                    redLine[x] = UInt8(128 + (28784 * r - 26145 * g - 2639 * b + 131_072) >> 18)
                }
            }
        }
    }

    private static func error(
        _ what: String, _ context: UnsafeMutablePointer<vpx_codec_ctx_t>
    ) -> VideoError {
        let words = [vpx_codec_error(context), vpx_codec_error_detail(context)]
            .compactMap { $0.map { String(cString: $0) } }
        return VideoError(
            description: "libvpx could not \(what): \(words.joined(separator: ", "))")
    }
}
