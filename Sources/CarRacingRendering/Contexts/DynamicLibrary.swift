// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// A library that is loaded at run time, so that a host without it can do without.
///
/// It is never unloaded: Mesa's threads and caches would outlive their code.
struct DynamicLibrary {
    private let handle: UnsafeMutableRawPointer
    private let library: DrawingLibrary

    init(_ library: DrawingLibrary) throws(DrawingError) {
        try self.init(library, names: library.fileNames)
    }

    /// Loads the first file that can be.
    init(_ library: DrawingLibrary, names: [String]) throws(DrawingError) {
        Self.prepared.withLock { prepared in
            if !prepared { DrawingEnvironment.prepare(for: library) }
            prepared = true
        }
        var fault: String?
        for name in names {
            if let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) {
                ResidentCode.release()
                self.handle = handle
                self.library = library
                return
            }
            let text = dlerror().map { String(cString: $0) } ?? ""
            // What is said of a file that is there is the reason; others may just not be there.
            let isAbsent =
                text.hasPrefix("\(name): ") && text.hasSuffix(String(cString: strerror(ENOENT)))
            if !isAbsent { fault = fault ?? text }
        }
        guard let fault else { throw .libraryMissing(library) }
        throw .libraryUnloadable(library, reason: fault)
    }

    /// A function of the library, as the C function type that the caller names.
    func function<Function>(_ name: String, as type: Function.Type) throws(DrawingError) -> Function
    {
        guard let symbol = dlsym(handle, name) else {
            throw .functionMissing(library, function: name)
        }
        return unsafeBitCast(symbol, to: type)
    }

    /// Whether the environment is as Mesa is to find it; what it has read stays.
    private static let prepared = Mutex(false)
}

/// What of the program's files is in memory.
private enum ResidentCode {
    /// Lets go of code that is resident, all of which comes back from the page cache when it runs.
    ///
    /// Loading LLVM, which Mesa draws with, reads through 40 MiB of symbols and relocations that
    /// are not looked at again. Where there is no /proc this does nothing.
    static func release() {
        let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            // Of what is executable no page differs from its file, so that nothing can be lost.
            guard fields.count == 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { continue }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else {
                continue
            }
            madvise(start, Int(ends[1] - ends[0]), MADV_DONTNEED)
        }
    }
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
