// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Dashboard
import TerminalOutput

/// Shows runs in a browser, live or finished.
struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "Show runs in a browser, as they happen or when they are finished.",
        discussion: """
            The page needs no account and no internet. It reads the runs' databases and changes \
            nothing; films that are asked for are kept in the run's directory. The link has a token in \
            it: whoever has it can look on. It is printed on a terminal; a log names the file that \
            has it. /api/v1 gives what the page shows as JSON. A coordinator's own page (coordinator \
            --dashboard) shows the workers, too.
            """)

    @Argument(help: .init("Directories: each a run, or a folder of runs.", valueName: "dir"))
    var directories: [String]

    @Option(
        help: .init(
            "Where to serve it: HOST:PORT, or a port of this host alone; the port 0 takes a free one.",
            valueName: "host:port"))
    var bind = PageOptions.usualAddress

    @OptionGroup var page: PageOptions

    @OptionGroup(title: "What it tells")
    var logging: LogOptions

    func validate() throws {
        _ = try PageOptions.address(bind, of: "--bind")
    }

    func run() async throws {
        let catalog = try RunCatalog(paths: directories, films: RunFilms())
        let log = logging.log("dashboard", on: .standardOutput)
        let (stopped, stop) = AsyncStream.makeStream(of: Void.self)
        let signals = StopSignals { name in
            log(.info, "stopped", "\(name): the page ends")
            stop.finish()
        }
        let pages = try await page.serve(page: bind, catalog, meter: nil, log: log)
        for await _ in stopped {}
        await pages.stop()
        // Whoever looks on has nothing to finish: to be told to stop is its usual end.
        _ = signals
    }
}
