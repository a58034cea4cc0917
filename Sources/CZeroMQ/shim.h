// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CZeroMQ_SHIM_H
#define CZeroMQ_SHIM_H

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <termios.h>
#include <zmq.h>

// Swift does not import these two: an enumerator's arithmetic and a macro function.
static inline int czmq_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// errno of the calling thread, read in the same call chain as what set it.
static inline int czmq_last_error(void) { return zmq_errno(); }

// A context's option whose name zmq.h has in draft builds only, though every 4.3 knows it: whether
// small messages keep the buffer alive that they were received in.
#define CZMQ_ZERO_COPY_RECV 10

// Variadic: Swift does not import it.
static inline int czmq_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// What the kernel has counted of a TCP connection: bytes that came, and bytes that left and were
// acknowledged. -1 if it is none, or the kernel does not say.
//
// The offsets are struct tcp_info's since Linux 4.1, in linux/tcp.h, which no file can include beside
// netinet/tcp.h.
static inline int czmq_tcp_counts(int descriptor, uint64_t *received, uint64_t *acknowledged) {
    unsigned char info[136];
    socklen_t size = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, 11 /* TCP_INFO */, info, &size) != 0 ||
        size < sizeof info)
        return -1;
    memcpy(acknowledged, info + 120, sizeof *acknowledged);
    memcpy(received, info + 128, sizeof *received);
    return 0;
}

// Bytes that came by a connection and that nobody has read yet, or -1.
static inline int czmq_unread_bytes(int descriptor) {
    int bytes = 0;
    return ioctl(descriptor, FIONREAD, &bytes) == 0 ? bytes : -1;
}

// Bytes that the kernel has yet to get to a connection's other end, or -1.
static inline int czmq_leaving_bytes(int descriptor) {
    int bytes = 0;
    return ioctl(descriptor, TIOCOUTQ, &bytes) == 0 ? bytes : -1;
}

// Whether a file is on a file system in memory (tmpfs, ramfs) that cannot be written.
static inline int czmq_is_in_read_only_memory(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 && (status.f_flags & 1 /* ST_RDONLY */) != 0 &&
           (status.f_type == 0x01021994 || status.f_type == 0x858458f6);
}

#endif
