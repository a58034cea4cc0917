// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// One import for whoever sees what is driven: the environment comes with its pictures.
@_exported public import CarRacing
