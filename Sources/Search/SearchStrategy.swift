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
