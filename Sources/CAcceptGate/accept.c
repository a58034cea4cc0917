// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#define _GNU_SOURCE
#include "CAcceptGate.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic(cgate_decision) decision;

void cgate_open(cgate_decision decide) { atomic_store(&decision, decide); }

// Stands before the C library's function of this name, for libzmq too: the program's own definition
// is the first that the dynamic linker finds. ZeroMQ asks nobody before it accepts a connection, and
// goes on until the process has no descriptor left for its files; what watches its monitor comes too
// late when thousands knock a second.
int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags) {
    int descriptor = (int)syscall(SYS_accept4, listener, address, length, flags);
    cgate_decision decide = atomic_load(&decision);
    if (descriptor < 0 || decide == NULL || decide(listener, descriptor)) return descriptor;
    close(descriptor);
    errno = ECONNABORTED;
    return -1;
}
