// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The page's scripts as one, for a file that has no others beside it.
///
/// Each module becomes the body of a function of its own: what one calls `margin` is not what another
/// one does. It knows the forms that the page's modules have: an import is one line with names in
/// braces, and what is exported is declared there, at a line's beginning.
struct ScriptBundle {
    private let modules: [String: String]
    private var order: [String] = []
    private var visited: Set<String> = []

    /// The script.
    private(set) var text = ""

    /// Puts modules together.
    ///
    /// - Parameters:
    ///   - modules: Each one's text, by its file's name.
    ///   - entry: The one that begins.
    init(_ modules: [String: String], entry: String) {
        self.modules = modules
        visit(entry)
        text = (["const modules = {};"] + order.map(body)).joined(separator: "\n")
    }

    /// A module comes after those that it imports.
    private mutating func visit(_ name: String) {
        guard visited.insert(name).inserted, let source = modules[name] else { return }
        for line in source.split(separator: "\n") {
            if let imported = Self.imported(line) { visit(imported.module) }
        }
        order.append(name)
    }

    private func body(_ name: String) -> String {
        var exported: [String] = []
        let lines = (modules[name] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            .map { line -> String in
                if let imported = Self.imported(line) {
                    return "const \(imported.names) = modules[\"\(imported.module)\"];"
                }
                guard line.hasPrefix("export ") else { return String(line) }
                let declaration = line.dropFirst("export ".count)
                if let name = Self.declared(declaration) { exported.append(name) }
                return String(declaration)
            }
        return "modules[\"\(name)\"] = (() => {\n" + lines.joined(separator: "\n")
            + "return { \(exported.joined(separator: ", ")) };\n})();"
    }

    /// What `import { a, b } from "./c.js";` takes from where.
    private static func imported(_ line: Substring) -> (names: Substring, module: String)? {
        guard line.hasPrefix("import {"), line.hasSuffix("\";"),
            let close = line.firstIndex(of: "}"), let slash = line.firstRange(of: "\"./")
        else { return nil }
        return (
            line[line.index(line.startIndex, offsetBy: 7)...close],
            String(line[slash.upperBound...].dropLast(2))
        )
    }

    /// The name that a declaration gives.
    private static func declared(_ declaration: Substring) -> String? {
        let kinds: Set<Substring> = ["async", "class", "const", "function"]
        let words = declaration.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") }
        return words.first { !kinds.contains($0) }.map(String.init)
    }
}
