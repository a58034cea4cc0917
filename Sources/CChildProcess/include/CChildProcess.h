// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CCHILDPROCESS_H
#define CCHILDPROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A child and this process's ends of its standard input, output and error, which do not block.
typedef struct {
    pid_t process;
    int input;
    int output;
    int errors;
} cchild;

// Starts /bin/sh -c command as the leader of a process group of its own.
//
// Signals are as a program finds them that was started by hand, nothing but the three descriptors is
// inherited, and the child is killed when the calling thread ends. memory: bytes of private memory
// that each process of the group may have (RLIMIT_DATA); 0: as many as this one.
// Returns 0, or what errno says.
int cchild_start(const char *command, uint64_t memory, cchild *child);

// Starts a process that, when this one has ended in whatever way, kills what is left of groups.
//
// It reads lines from input, which does not block: "+ NUMBER" of a group that is there, "- NUMBER" of one
// that is gone. Returns 0, or what errno says.
int cchild_guard(pid_t *process, int *input);

// Looks whether a child has ended, without forgetting it: its number stays its own.
//
// Returns 1 and how it ended, 0 while it runs, -1 where there is no such child.
int cchild_has_ended(pid_t process, int *exit_status, int *signal_number);

// As write, without a SIGPIPE where the other end is gone, whatever this process does about that.
ssize_t cchild_write(int descriptor, const void *bytes, size_t count);

#endif
