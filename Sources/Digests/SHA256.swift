// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

internal import CSodium
package import Foundation

/// SHA-256 (FIPS 180-4), by which models are named and verified, through libsodium.
package enum SHA256 {
    /// Bytes of a digest.
    package static let byteCount = Int(crypto_hash_sha256_BYTES)

    /// The digest of some bytes.
    ///
    /// - Parameter data: Any bytes.
    /// - Returns: 32 bytes.
    package static func digest(_ data: Data) -> Data {
        var digest = [UInt8](repeating: 0, count: byteCount)
        data.withUnsafeBytes { message in
            // The status is always 0.
            _ = crypto_hash_sha256(
                &digest, message.bindMemory(to: UInt8.self).baseAddress, UInt64(message.count))
        }
        return Data(digest)
    }
}

extension Data {
    /// The bytes as lower-case hexadecimal digits.
    package var hexadecimal: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
