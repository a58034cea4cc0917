// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CZeroMQ_SHIM_H
#define CZeroMQ_SHIM_H

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

// Swift does not import these two: an enumerator's arithmetic and a macro function.
static inline int czmq_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// errno of the calling thread, read in the same call chain as what set it.
static inline int czmq_last_error(void) { return zmq_errno(); }

#endif
