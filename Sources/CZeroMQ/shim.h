// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CZeroMQ_SHIM_H
#define CZeroMQ_SHIM_H

#include <errno.h>
#include <zmq.h>

#endif
