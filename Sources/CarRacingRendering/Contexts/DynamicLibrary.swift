// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// A library that is loaded at run time, so that a host without it can do without.
///
/// It is never unloaded: Mesa's threads and caches would outlive their code.
struct DynamicLibrary {
    private let handle: UnsafeMutableRawPointer
    private let library: DrawingLibrary

    init(_ library: DrawingLibrary) throws(DrawingError) {
        // The rasteriser's own threads would fight with the worker's for the same cores.
        _ = Self.singleThreaded
        for name in library.fileNames {
            if let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) {
                self.handle = handle
                self.library = library
                return
            }
        }
        throw .libraryMissing(library)
    }

    /// A function of the library, as the C function type that the caller names.
    func function<Function>(_ name: String, as type: Function.Type) throws(DrawingError) -> Function
    {
        guard let symbol = dlsym(handle, name) else {
            throw .functionMissing(library, function: name)
        }
        return unsafeBitCast(symbol, to: type)
    }

    /// Mesa reads the number of llvmpipe's threads when it makes its first context.
    private static let singleThreaded: Bool = setenv("LP_NUM_THREADS", "0", 1) == 0
}

/// The thread that may use an object.
struct ThreadOwner {
    private let thread = pthread_self()

    /// Traps when another thread than the maker's runs this.
    func check(_ what: String) {
        precondition(
            pthread_equal(thread, pthread_self()) != 0,
            "\(what) used by another thread than the one that made it")
    }
}
