// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Models and files are named and verified by SHA-256: whoever speaks the protocol computes it.
@_exported public import Digests
