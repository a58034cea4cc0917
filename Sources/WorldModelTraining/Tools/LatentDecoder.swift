// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Pictures
package import WorldModel

/// V's decoder: what a latent looks like.
///
/// It belongs to one thread at a time.
package final class LatentDecoder {
    /// Pixels of a picture's side.
    package static let side = FrameStream.side
    private let network: VAENetwork

    /// Lays out V's weights.
    package init(_ parameters: VAEParameters) {
        network = VAENetwork(parameters, maximumBatch: 1, pool: WorkerPool(threads: 1))
    }

    /// The picture, `side` pixels a side, of a latent of V's length.
    package func picture(of latent: UnsafeBufferPointer<Float>) -> RGBImage {
        precondition(
            latent.count == network.sizes.latent,
            "\(latent.count) numbers for a latent of \(network.sizes.latent)")
        guard let start = latent.baseAddress else { preconditionFailure("a latent of nothing") }
        return network.picture(of: start)
    }
}
