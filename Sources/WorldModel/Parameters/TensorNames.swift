// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles

extension [String: Tensor] {
    /// The tensors under the names that a model has by itself.
    ///
    /// DataParallel puts "module." into names, torch.compile "_orig_mod.", each where the wrapped
    /// part begins. Where two names would fall together all stay as they are.
    var unwrapped: Self {
        renamed { name in
            name.split(separator: ".", omittingEmptySubsequences: false)
                .filter { $0 != "module" && $0 != "_orig_mod" }.joined(separator: ".")
        }
    }

    /// The tensors under other names; where two would fall together all stay as they are.
    func renamed(_ name: (String) -> String) -> Self {
        let pairs = map { (name($0.key), $0.value) }
        let result = Dictionary(pairs) { first, _ in first }
        return result.count == count ? result : self
    }
}
