// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import Pictures

/// Refuses a film's name whose ending promises another kind of file, before anything is driven.
///
/// A name without an ending, such as that of a pipe, is a GIF's.
func requireFilmEnding(_ path: String, option: String) throws {
    guard FilmKind.isKnown(URL(filePath: path)) else {
        throw ValidationError("\(option) \(path): a film is a .webm or a .gif")
    }
}
