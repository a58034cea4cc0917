// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors
//
// Swift's Mutex waits in libswiftSynchronization, which is not built for the thread sanitizer: a
// lock that had to be waited for looks like none, and what it guards like a race. Loaded before
// that library, this stands in for the two functions that wait, and tells the sanitizer of them.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));

// Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow(); the context is the lock.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define CONTEXT __attribute__((swift_context))

typedef SWIFT void lock_function(uint32_t thread, CONTEXT void *lock);
typedef SWIFT void unlock_function(CONTEXT void *lock);

static void *original(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

SWIFT void lock_slow(uint32_t thread, CONTEXT void *lock) __asm__(LOCK);
SWIFT void unlock_slow(CONTEXT void *lock) __asm__(UNLOCK);

SWIFT void lock_slow(uint32_t thread, CONTEXT void *lock) {
    ((lock_function *)original(LOCK))(thread, lock);
    if (__tsan_acquire) __tsan_acquire(lock);
}

SWIFT void unlock_slow(CONTEXT void *lock) {
    if (__tsan_release) __tsan_release(lock);
    ((unlock_function *)original(UNLOCK))(lock);
}
