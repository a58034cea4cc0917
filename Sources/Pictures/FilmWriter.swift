// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

/// Writes a film frame by frame; the file appears whole when `finish()` returns.
public protocol FilmWriter: AnyObject {
    /// How many frames have been written.
    var frameCount: Int { get }

    /// Appends a frame of the film's size.
    ///
    /// - Throws: `FileError` if the disk is full or fails; `VideoError`.
    func append(_ image: RGBImage) throws

    /// Completes the film, makes it durable and gives it its name.
    ///
    /// - Throws: `FileError` if the disk is full or fails; nothing is left behind then.
    func finish() throws
}

extension GIFWriter: FilmWriter {}
extension WebMWriter: FilmWriter {}

/// The kinds of film, chosen by the file's ending.
public enum FilmKind: Sendable, Hashable {
    /// 256 colours a frame, shown everywhere, large.
    case gif
    /// VP9, for browsers and players, a tenth of the size.
    case webM

    /// The kind of a file: WebM for .webm, else GIF.
    public init(of url: URL) {
        self = url.pathExtension.lowercased() == "webm" ? .webM : .gif
    }

    /// Whether a file's ending is that of a kind, or it has none.
    public static func isKnown(_ url: URL) -> Bool {
        ["webm", "gif", ""].contains(url.pathExtension.lowercased())
    }

    /// Starts a film of width x height pixels, at a file to make or replace.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - width: In pixels.
    ///   - height: In pixels.
    ///   - delay: How long a frame is shown, in hundredths of a second.
    /// - Returns: What takes the frames.
    /// - Throws: `FileError` if the directory is missing or not writable; `VideoError`.
    public static func writer(
        to url: URL, width: Int, height: Int, delay: Int
    ) throws -> any FilmWriter {
        switch FilmKind(of: url) {
        case .gif: try GIFWriter(to: url, width: width, height: height, delay: delay)
        case .webM: try WebMWriter(to: url, width: width, height: height, delay: delay)
        }
    }
}
