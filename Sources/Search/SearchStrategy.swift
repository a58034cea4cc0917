// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// A search over the controller's parameters, as the run loop sees it: ask, evaluate, tell.
///
/// It **minimises a cost**. Its state is a value that can be written down exactly: a restored
/// search continues bit for bit.
package protocol SearchStrategy: Sendable {
    var sigma: Double { get }
    /// The centre of the search distribution.
    var mean: [Double] { get }
    /// Why there is no point in going on; empty while there is.
    var endReasons: [String] { get }

    /// The shape of the search distribution, for people; nil where it has none.
    var shape: SearchShape? { get }

    /// Restores what `encodedState()` gave.
    init(encodedState: Data) throws

    /// Gives the step size another value, above 0, before the next generation is asked for.
    mutating func setSigma(_ sigma: Double) throws

    /// The candidates of the next generation.
    mutating func ask() throws -> [[Double]]

    /// Learns the candidates' costs, in the order of `ask()`; infinity for one that failed.
    mutating func tell(costs: [Double]) throws

    /// Learns that not one of the candidates could be driven; the next are drawn anew.
    mutating func tellAllFailed() throws

    /// The whole state, random streams included; equal states have equal bytes.
    func encodedState() throws -> Data
}

extension SearchStrategy {
    package var shape: SearchShape? { nil }
}

/// What tells a person how a search is doing; it decides nothing.
package struct SearchShape: Sendable, Equatable {
    /// The length of the step size's evolution path, of which 1 is that of a random walk: above it
    /// the steps go one way, and the step size grows.
    package var pathLength: Double
    /// The longest axis over the shortest.
    package var axisRatio: Double
    /// The variables' standard deviations, step size included: the least, the middle and the
    /// greatest.
    package var deviations: (least: Double, median: Double, greatest: Double)

    package static func == (left: Self, right: Self) -> Bool {
        left.pathLength == right.pathLength && left.axisRatio == right.axisRatio
            && left.deviations == right.deviations
    }
}
