// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Where the encoder's weights, as files have them, go for the compiled loops: images are NHWC there.
enum EncoderLayout {
    /// The paper's convolutions: the side of the input and its channels.
    static let layers = zip(VAESizes.encoderSides, [3, 32, 64, 128])
        .map { (side: $0, channels: $1) }
    /// The channels and pixels of the last image.
    private static let (channels, pixels) = (256, 4)
    /// The length of the last image, flattened.
    static let flatCount = channels * pixels

    /// Whether a layer, of 0 to 3, is convolved by Winograd's form where there is one, with its nine
    /// matrices.
    ///
    /// It needs even output sides. In the last layer it would need 4.7 MB of weights for each batch
    /// instead of 2.1, which costs more than the products saved.
    static func suitsTiles(_ layer: Int) -> Bool { layer == 1 || layer == 2 }

    /// The place in a convolution's (out, in, y, x) of an inner index (y, x, in).
    static func place(_ inner: Int, _ output: Int, channels: Int) -> Int {
        (output * channels + inner % channels) * 16 + inner / channels
    }

    /// The place in a linear layer's row of an inner index (y, x, c): PyTorch flattens the image
    /// channels first.
    static func flatPlace(_ inner: Int) -> Int {
        inner % channels * pixels + inner / channels
    }

    /// An element of one of Winograd's matrices: those of G g G^T of each 2x2 kernel that the
    /// parities of y and x have; the inner index is (y parity, x parity, in).
    static func tileSum<Number: AdditiveArithmetic>(
        _ matrix: Int, _ inner: Int, _ output: Int, channels: Int, of weight: (Int) -> Number
    ) -> Number {
        // Which of the two taps a row of G adds up.
        let taps = [0...0, 0...1, 1...1]
        let (yParity, xParity) = (inner / channels / 2, inner / channels % 2)
        let start = (output * channels + inner % channels) * 16
        var sum = Number.zero
        for y in taps[matrix / 3] {
            for x in taps[matrix % 3] {
                sum += weight(start + (2 * y + yParity) * 4 + 2 * x + xParity)
            }
        }
        return sum
    }
}
