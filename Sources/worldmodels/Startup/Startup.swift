// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import ClusterTransport
import Foundation
import TerminalOutput

/// What comes first in every start of the program, before any thread or file.
enum Startup {
    /// Makes the process one that shells, services and pipes can treat as they do.
    static func prepareProcess() {
        holdStandardDescriptors()
        // Writing then fails by an error: an output whose reader is gone must not end a run, nor a
        // file that reaches a limit.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        ProcessLimits.raiseDescriptors()
        if let refusal = refusal() {
            Terminal.standardError.write("Error: \(refusal)\n")
            // Not exit(): libraries that lack memory wait for it there.
            _exit(1)
        }
    }

    /// Has what was printed written, at a command's end.
    ///
    /// - Throws: `InputError` where it cannot be: a table that was cut off by a full disk is no
    ///   success. A reader that has ended has what it wanted.
    static func finishOutput() throws {
        if fflush(nil) != 0 {
            if errno == EPIPE { return }
            throw InputError(
                "standard output cannot be written: \(String(cString: strerror(errno)))")
        }
        // What filled the buffer before was written, or lost, without a word.
        if hasLostOutput && !hasNoReader {
            throw InputError(
                "standard output was not taken whole: see whether its disk is full, or a limit")
        }
    }

    /// Whether a write to standard output has failed at any time.
    private static var hasLostOutput: Bool {
        // The variable stdout itself is one that strict concurrency keeps from being read.
        guard let variable = dlsym(nil, "stdout") else { return false }
        return ferror(variable.load(as: UnsafeMutablePointer<FILE>.self)) != 0
    }

    /// Whether standard output is a pipe or socket at whose other end nobody is any more.
    private static var hasNoReader: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&output, 1, 0) > 0 && output.revents & Int16(POLLERR | POLLHUP) != 0
    }

    /// Ends the process.
    ///
    /// Not by exit(): it would take down the drawing library while an engine's thread, for which nobody
    /// waits at a worker's end, draws.
    static func end(status: Int32) -> Never {
        fflush(nil)
        _exit(status)
    }

    /// Opens what is closed of standard input, output and error: a file or socket that got one of
    /// their numbers would be read or written as them.
    private static func holdStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO
        where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // The lowest number that is free.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
        }
    }

    /// Why nothing can be done here; nil: all is well.
    private static func refusal() -> String? {
        if let refusal = memoryRefusal() ?? textRefusal() { return refusal }
        if !StopSignals.listen() {
            return "no thread can be started: raise the limits of processes (ulimit -u) and of"
                + " memory (ulimit -v)"
        }
        return nil
    }

    /// Refuses limits of memory at which libraries would wait for ever.
    private static func memoryRefusal() -> String? {
        guard ProcessLimits.isMemoryLimited else { return nil }
        var threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
        if let text = getenv("OPENBLAS_NUM_THREADS"), let count = Int(String(cString: text)) {
            threads = max(1, min(threads, count))
        }
        if MachineMemory.holdsBuffers(ofThreads: threads) { return nil }
        let bytes = threads * MachineMemory.bufferOfThread
        let need = "\(bytes >> 20) MiB more are needed; raise the limit (ulimit -v)"
        return threads == 1
            ? "there is too little memory for a thread: \(need)"
            : "there is too little memory for \(threads) threads: \(need),"
                + " or set OPENBLAS_NUM_THREADS=1"
    }

    /// Refuses names that are no text: with another name in its place a file would be read or
    /// written elsewhere.
    private static func textRefusal() -> String? {
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            if String(validatingCString: argument) == nil {
                return "argument \(index), \(String(cString: argument)), is not UTF-8: give paths"
                    + " and texts in UTF-8, a file that has another name by a link"
            }
        }
        // Relative paths begin there.
        guard let place = getcwd(nil, 0) else { return nil }
        defer { free(place) }
        if String(validatingCString: place) == nil {
            return "the working directory, \(String(cString: place)), is not UTF-8: give the"
                + " command in another"
        }
        return nil
    }
}
