// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
package import RunStore
package import WorldModel

extension RunDirectory {
    /// The file of a model; C is the best by evaluation.
    package func file(of part: Agent.Part) -> URL { part.file(in: url) }

    /// An empty file that exists while a model's training that the run began has not ended.
    package func unfinishedTraining(of part: Agent.Part) -> URL {
        url.appending(path: "training/\(part.rawValue)-unfinished")
    }
}
