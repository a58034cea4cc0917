// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CACCEPTGATE_H
#define CACCEPTGATE_H

// Decides about a connection that was just accepted, on the thread that did it: not 0 to keep it.
typedef int (*cgate_decision)(int listener, int descriptor);

// Has each connection that this process accepts decided about.
void cgate_open(cgate_decision decide);

#endif
