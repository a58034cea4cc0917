// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COSMesa
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
                MappedFile.releaseAll()
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
    func function<Function>(
        _ name: String, as type: Function.Type = Function.self
    ) throws(DrawingError) -> Function {
        guard let symbol = dlsym(handle, name) else {
            throw .functionMissing(library, function: name)
        }
        return unsafeBitCast(symbol, to: type)
    }

    /// Loads the file once more, with variables and locks of its own.
    ///
    /// - Parameters:
    ///   - function: One of its functions, which tells where the file is.
    ///   - name: What the copy in memory is called in /proc/self/maps.
    /// - Returns: nil where files in memory cannot be made or executed.
    func copy(ofFunction function: String, name: String) -> DynamicLibrary? {
        guard let symbol = dlsym(handle, function),
            let path = MappedFile.all().first(where: { $0.range.contains(UInt(bitPattern: symbol)) }
            )?
            .path,
            let bytes = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        else { return nil }
        let descriptor = worldmodels_memory_file(name)
        guard descriptor >= 0 else { return nil }
        let copied = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        // It stays open: the loader knows a library by its path, and the next copy needs another.
        guard (try? copied.write(contentsOf: bytes)) != nil,
            let handle = dlopen("/proc/self/fd/\(descriptor)", RTLD_NOW | RTLD_LOCAL)
        else {
            close(descriptor)
            return nil
        }
        return DynamicLibrary(handle: handle, library: library)
    }

    private init(handle: UnsafeMutableRawPointer, library: DrawingLibrary) {
        self.handle = handle
        self.library = library
    }

    /// Whether the environment is as Mesa is to find it; what it has read stays.
    private static let prepared = Mutex(false)
}

/// Code of a file that is in memory.
private struct MappedFile {
    let range: Range<UInt>
    let path: String

    /// All of it; nothing where there is no /proc.
    static func all() -> [MappedFile] {
        maps().split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count == 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else {
                return nil
            }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, ends[0] < ends[1] else { return nil }
            return MappedFile(range: ends[0]..<ends[1], path: String(fields[5]))
        }
    }

    /// The kernel's list, which it gives a page at a time: who takes a short answer for the end, as
    /// Foundation does, misses most of it.
    private static func maps() -> String {
        let descriptor = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &part, part.count)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += part.prefix(count)
        }
    }

    /// Lets go of code that is resident, all of which comes back from the page cache when it runs.
    ///
    /// Loading LLVM, which Mesa draws with, reads through 40 MiB of symbols and relocations that
    /// are not looked at again. Of what is executable no page differs from its file, so that nothing
    /// can be lost.
    static func releaseAll() {
        for file in all() {
            guard let start = UnsafeMutableRawPointer(bitPattern: file.range.lowerBound) else {
                continue
            }
            madvise(start, file.range.count, MADV_DONTNEED)
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
