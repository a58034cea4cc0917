// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension NPYHeader {
    /// Reads what stands before an archived array's elements, and checks that as many follow.
    ///
    /// The stream, at its start, is left at the first element.
    ///
    /// - Throws: `FileError` if the file is damaged or no readable array.
    init(from stream: ZIPMemberStream, name: String) throws {
        func malformed(_ reason: String) -> FileError { .malformed(file: name, reason: reason) }
        // As much as decides where the text lies: 12 bytes, of which version 1 has 2 in the text.
        guard stream.remaining >= 12 else { throw malformed("it is too short") }
        var start = try stream.read(12)
        guard let text = Self.textRange(start) else {
            throw malformed("it does not start as an NPY file")
        }
        guard text.count <= Self.lengthLimit, text.upperBound >= 12,
            text.upperBound - 12 <= stream.remaining
        else { throw malformed("its NPY header takes \(text.count) bytes") }
        start += try stream.read(text.upperBound - 12)
        try self.init(text: start[text], file: name)
        guard stream.remaining == byteCount else {
            throw malformed(
                "shape \(shape) takes \(byteCount) bytes, \(stream.remaining) are there")
        }
    }
}
