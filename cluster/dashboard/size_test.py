#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""How long the page of a large run takes to open, and what it takes of memory: see test.sh.

    size_test.py LINK PID PICTURES
"""

import pathlib
import sys
import time

from chromium import Chromium


def peak(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def main():
    link, pid, pictures = sys.argv[1:]
    page = Chromium()
    page.size(1600)
    page.theme("light")
    began = time.monotonic()
    page.open(link)
    page.wait("document.querySelector('#returns .plot path.line') && document.querySelector('#tail td')", 60)
    seconds = time.monotonic() - began
    page.evaluate("document.querySelector('#returns .plot').focus()")
    page.key("Home")
    began = time.monotonic()
    page.key("Enter")
    page.wait("!document.querySelector('#generation').hidden && document.querySelector('#generation canvas[tabindex]').width > 100")
    opened = time.monotonic() - began
    memory = page.call("Runtime.getHeapUsage")["usedSize"] / 2**20
    page.wait("new Promise(done => setTimeout(() => done(true), 500))")
    page.picture(pathlib.Path(pictures) / "page-large.png")
    print(f"        opened in {seconds:.2f} s, a generation in {opened:.2f} s; the program's peak "
          f"{peak(pid):.0f} MiB, the page's heap {memory:.0f} MiB; {len(page.messages)} messages {page.messages[:2]}")
    page.close()
    sys.exit(not (seconds < 2 and peak(pid) < 100) or bool(page.messages))


main()
