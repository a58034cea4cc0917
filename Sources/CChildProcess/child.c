// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#define _GNU_SOURCE
#include "CChildProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// What the child does between fork and exec: other threads may have held any lock, so that nothing
// but system calls is allowed here. Without a parent it outlives whoever started it.
static void become(const char *command, uint64_t memory, pid_t parent, const int ends[3]) {
    setpgid(0, 0);
    if (parent > 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        // It may have ended before that.
        if (getppid() != parent) _exit(127);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // The others that are not ignored by whoever started this program become usual by exec.
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    for (int i = 0; i < 3; i++)
        if (dup2(ends[i], i) < 0) _exit(127);
#ifdef SYS_close_range
    syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */);
#endif
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (memory > 0) {
        struct rlimit limit = {memory, memory};
        struct rlimit now;
        if (getrlimit(RLIMIT_DATA, &now) == 0 && now.rlim_max < memory)
            limit.rlim_cur = limit.rlim_max = now.rlim_max;
        setrlimit(RLIMIT_DATA, &limit);
    }
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static void close_all(const int *descriptors, int count) {
    for (int i = 0; i < count; i++)
        if (descriptors[i] >= 0) close(descriptors[i]);
}

// Where SIGCHLD is ignored, as whoever started this process may have left it, nobody learns how a child
// has ended, and its number may soon be another's.
static void take_note_of_ends(void) {
    struct sigaction now;
    if (sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);
}

int cchild_start(const char *command, uint64_t memory, cchild *child) {
    // Input, output, error: the reading end and the writing end of each.
    int pipes[6] = {-1, -1, -1, -1, -1, -1};
    for (int i = 0; i < 3; i++)
        if (pipe2(pipes + 2 * i, O_CLOEXEC) < 0) {
            const int code = errno;
            close_all(pipes, 6);
            return code;
        }
    const int theirs[3] = {pipes[0], pipes[3], pipes[5]};
    const int ours[3] = {pipes[1], pipes[2], pipes[4]};
    take_note_of_ends();
    const pid_t parent = getpid();
    const pid_t process = fork();
    if (process == 0) become(command, memory, parent, theirs);
    if (process < 0) {
        const int code = errno;
        close_all(pipes, 6);
        return code;
    }
    // Whichever is first: a signal to the group must find it.
    setpgid(process, process);
    close_all(theirs, 3);
    for (int i = 0; i < 3; i++) fcntl(ours[i], F_SETFL, O_NONBLOCK);
    child->process = process;
    child->input = ours[0];
    child->output = ours[1];
    child->errors = ours[2];
    return 0;
}

// Ends with its input, and then kills the groups that it was told of and of which it was not told that
// they are gone.
static const char guard[] =
    "trap '' HUP INT QUIT TERM; cd /; groups=' '\n"
    "while read -r sign group; do\n"
    "    case $sign$groups in\n"
    "    +*) groups=\"$groups$group \" ;;\n"
    "    *\" $group \"*) groups=\"${groups%% $group *} ${groups#* $group }\" ;;\n"
    "    esac\n"
    "done\n"
    "for group in $groups; do kill -s KILL -- \"-$group\"; done\n";

int cchild_guard(pid_t *process, int *input) {
    int ends[2];
    const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0) return errno;
    if (pipe2(ends, O_CLOEXEC) < 0) {
        const int code = errno;
        close(nothing);
        return code;
    }
    take_note_of_ends();
    const int theirs[3] = {ends[0], nothing, nothing};
    const pid_t child = fork();
    const int code = errno;
    if (child == 0) become(guard, 0, 0, theirs);
    close(ends[0]);
    close(nothing);
    if (child < 0) {
        close(ends[1]);
        return code;
    }
    setpgid(child, child);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    *process = child;
    *input = ends[1];
    return 0;
}

int cchild_has_ended(pid_t process, int *exit_status, int *signal_number) {
    siginfo_t info = {0};
    *exit_status = 0;
    *signal_number = 0;
    int result;
    do {
        result = waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT);
    } while (result < 0 && errno == EINTR);
    if (result < 0) return -1;
    if (info.si_pid == 0) return 0;
    if (info.si_code == CLD_EXITED)
        *exit_status = info.si_status;
    else
        *signal_number = info.si_status;
    return 1;
}

ssize_t cchild_write(int descriptor, const void *bytes, size_t count) {
    sigset_t pipe, before, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    const ssize_t result = write(descriptor, bytes, count);
    const int code = errno;
    if (result < 0 && code == EPIPE && !sigismember(&pending, SIGPIPE)) {
        const struct timespec now = {0, 0};
        while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = code;
    return result;
}
