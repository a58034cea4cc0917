#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Asks a page what no browser asks, in many ways at once, as long as a process lives: see hostile.sh.

    hostile.py LINK PID

Says what was answered how often. Fails where somebody got in who should not, or where a way was not tried.
"""

import collections
import os
import pathlib
import re
import socket
import sys
import threading
import time

link, pid = sys.argv[1], int(sys.argv[2])
host, port, token = re.fullmatch(r"http://([^:/]+):(\d+)/\?token=([0-9a-f]{64})", link.strip()).groups()
port = int(port)
answers = collections.defaultdict(collections.Counter)
peak = 0


def is_alive():
    global peak
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    found = re.search(r"VmHWM:\s+(\d+)", status)
    peak = max(peak, int(found[1]) / 1024) if found else peak
    return found is not None


def connect():
    return socket.create_connection((host, port), timeout=30)


def status(connection):
    head = connection.recv(4096)
    return int(head.split()[1]) if head.startswith(b"HTTP/1.1 ") else 0


def asking(target, *headers, name=None):
    lines = [f"GET {target} HTTP/1.1", f"Host: {name or f'{host}:{port}'}", *headers, "", ""]
    with connect() as connection:
        connection.sendall("\r\n".join(lines).encode())
        return status(connection)


def million_lines():
    with connect() as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\n".encode())
        for sent in range(1000):
            try:
                connection.sendall(b"X-Line: 1234567890\r\n" * 1000)
            except OSError:
                # What the kernel holds of a connection is megabytes.
                return f"cut off before line {100_000 * (sent // 100 + 1):,}"
        return "never cut off"


def slow_reader():
    """Asks for the page again and again, and takes a byte a second."""
    bearer = f"Authorization: Bearer {token}"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.settimeout(30)
        connection.connect((host, port))
        one = f"GET /page/sections.js HTTP/1.1\r\nHost: {host}:{port}\r\n{bearer}\r\n\r\n".encode()
        for _ in range(120):
            try:
                connection.sendall(one * 50)
                connection.recv(1)
            except OSError:
                return "cut off"
            time.sleep(1)
            if not is_alive():
                return "the run was over"
        return "never cut off"


def thousand_streams():
    found, open_ones = collections.Counter(), []
    for _ in range(1000):
        if not is_alive():
            break
        connection = connect()
        connection.sendall(
            f"GET /api/v1/stream?run=run HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode())
        code = status(connection)
        found[code] += 1
        if code == 200:
            open_ones.append(connection)
        else:
            connection.close()
    for connection in open_ones:
        connection.close()
    return f"{found[200]} served, {found[503]} refused" + (", too many" if found[200] > 32 else "")


ways = {
    "another Host": (lambda: asking("/api/v1/runs", f"Authorization: Bearer {token}", name="evil.example"), {421}),
    "another Origin": (lambda: asking("/api/v1/runs", f"Authorization: Bearer {token}", "Origin: http://evil.example"), {403}),
    "no token": (lambda: asking("/api/v1/runs"), {401}),
    "a wrong token": (lambda: asking(f"/?token={'0' * 64}"), {401}),
    "traversal": (lambda: asking("/page/%2e%2e/%2e%2e/etc/passwd", f"Authorization: Bearer {token}"), {400, 404}),
    "a header of a million lines": (million_lines, None),
    "a slow reader": (slow_reader, None),
    "1,000 streams": (thousand_streams, None),
}


def attack(name, act):
    while is_alive():
        try:
            answers[name][act()] += 1
        except OSError as error:
            # The coordinator has ended, or connections wait for their turn.
            answers[name][type(error).__name__] += 1
            time.sleep(0.05)


threads = [threading.Thread(target=attack, args=(name, act), daemon=True) for name, (act, _) in ways.items()]
for thread in threads:
    thread.start()
while is_alive():
    time.sleep(0.2)
time.sleep(1)
wrong = []
for name, (_, allowed) in ways.items():
    found = answers[name]
    print(f"        {name}: " + (", ".join(f"{key} x {count}" for key, count in found.most_common(4)) or "under way at the end"))
    numbers = {key for key in found if isinstance(key, int) and key != 0}
    if allowed is not None and (not numbers or numbers - allowed):
        wrong.append(f"{name}: {sorted(numbers)}")
    if any(word in str(key) for key in found for word in ("never", "too many")):
        wrong.append(f"{name}: {dict(found)}")
print(f"        the coordinator's peak {peak:.0f} MiB")
if wrong:
    sys.exit(f"error: {'; '.join(wrong)}")
os._exit(0)
