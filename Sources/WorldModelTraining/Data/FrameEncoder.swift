// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import WorldModel

/// Encodes frames with all threads of a pool.
///
/// A VAE with the paper's convolutions goes through the rollouts' own encoder, which is faster than
/// the network that trains, so that M is trained on the very numbers that it will be given; others
/// go through the network.
final class FrameEncoder {
    private enum Way {
        case compiled(Encoder, scratch: [Encoder.Scratch])
        case network(VAENetwork)
    }

    /// The most frames of a call.
    let maximumBatch: Int
    /// Numbers of a frame: the mean, then log sigma.
    let width: Int
    /// The numbers of the frames of the last call, one frame after another.
    let output: FloatBuffer

    private let pool: WorkerPool
    private let way: Way
    /// The frames that a thread encodes at once.
    private static let group = 8

    /// Lays out V's weights for calls of at most so many frames.
    init(_ parameters: VAEParameters, maximumBatch: Int, pool: WorkerPool) {
        self.maximumBatch = maximumBatch
        self.pool = pool
        width = 2 * parameters.latentSize
        output = FloatBuffer(maximumBatch * width)
        if let encoder = try? Encoder(parameters) {
            way = .compiled(
                encoder,
                scratch: (0..<pool.threads).map { _ in
                    Encoder.Scratch(for: encoder, capacity: Self.group)
                })
        } else {
            way = .network(VAENetwork(parameters, maximumBatch: maximumBatch, pool: pool))
        }
    }

    /// (count, 64, 64, 3) bytes to `output`.
    func encode(_ frames: UnsafePointer<UInt8>, count: Int) {
        precondition(count <= maximumBatch, "\(count) frames, room for \(maximumBatch)")
        switch way {
        case .compiled(let encoder, let scratch):
            let groups = (count + Self.group - 1) / Self.group
            pool.run(groups) { group, thread in
                let first = group * Self.group
                let images = min(Self.group, count - first)
                withUnsafeTemporaryAllocation(
                    of: UnsafePointer<UInt8>.self, capacity: images
                ) { starts in
                    for index in 0..<images {
                        starts.initializeElement(
                            at: index, to: frames + (first + index) * Encoder.imageBytes)
                    }
                    encoder.encode(
                        UnsafeBufferPointer(starts), scratch: scratch[thread],
                        into: output.at(first * width))
                }
            }
        case .network(let network):
            network.encode(frames, count: count)
            let latent = width / 2
            for index in 0..<count {
                output.at(index * width).update(
                    from: network.batch.mean.at(index * latent), count: latent)
                output.at(index * width + latent).update(
                    from: network.batch.logSigma.at(index * latent), count: latent)
            }
        }
    }
}
