#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""The page in a real Chromium, of a run that goes on and whose coordinator is killed: see test.sh.

    page_test.py LINK PICTURES COORDINATOR_PID_FILE RESTART_COMMAND
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

from chromium import Chromium

failures = []


def check(what, is_so, found=None):
    print(f"  {'yes' if is_so else 'NO '}  {what}" + (f": {found}" if found is not None else ""), flush=True)
    if not is_so:
        failures.append(what)


def generation(page):
    return int(page.evaluate("document.body.dataset.generation || 0"))


def main():
    link, pictures, pid_file, restart = sys.argv[1:]
    pictures = pathlib.Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    origin = link.split("/?")[0]
    page = Chromium()
    page.size(1600)
    page.theme("light")
    began = time.monotonic()
    page.open(link)
    page.wait("document.body.dataset.generation !== undefined")
    print(f"        the page shows the run after {time.monotonic() - began:.2f} s")
    check("the address has no token any more", "token" not in page.evaluate("location.href"))
    check("no script can read the cookie", page.evaluate("document.cookie") == "")

    first = generation(page)
    page.wait(f"Number(document.body.dataset.generation) > {first} && document.querySelector('#returns .plot path.line')", 180)
    check("a generation that ends while the page is open is shown", True, f"{first} -> {generation(page)}")
    page.wait("document.querySelector('#cluster tbody tr td')", 30)
    check("the cluster's table has the worker", page.evaluate("document.querySelector('#cluster tbody').innerText").strip() != "")
    check("nothing was logged, nothing failed", not page.messages, page.messages[:3] or None)

    # Keyboard: the chart's cursor, a generation, its heat map; sorting.
    page.evaluate("document.querySelector('#returns .plot').focus()")
    page.key("End")
    check("the arrow keys read values", "generation" in page.evaluate("document.querySelector('#returns .readout').textContent"))
    page.key("Enter")
    page.wait("!document.querySelector('#generation').hidden && document.querySelector('#generation canvas[tabindex]').width > 100")
    check("Enter opens a generation", page.evaluate("document.activeElement.tagName") == "H2",
          page.evaluate("document.querySelector('#generation h2').textContent"))
    page.evaluate("document.querySelector('#generation canvas[tabindex]').focus()")
    page.key("ArrowRight")
    page.key("ArrowDown")
    check("the heat map is read by keyboard", "Candidate" in page.evaluate("document.querySelector('#generation .readout').textContent"),
          page.evaluate("document.querySelector('#generation .readout').textContent"))
    check("tasks are drawn by core", page.evaluate("document.querySelectorAll('#generation svg.plot path').length") >= 3)
    page.evaluate("document.querySelectorAll('#generation details.as-table')[0].open = true")
    page.wait("document.querySelector('#generation details.as-table tbody tr')")
    check("a chart has its table", True)
    stops = set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(60):
        page.key("Tab")
        stops.add(page.evaluate("document.activeElement.tagName + (document.activeElement.id || document.activeElement.textContent.slice(0, 12))"))
    check("the tab key goes from part to part", len(stops) > 20, len(stops))

    # Sorting and filtering events.
    kinds = "[...document.querySelectorAll('#events tbody td:nth-child(2)')].map(e => e.textContent)"
    page.evaluate("document.querySelectorAll('#events thead button')[1].click()")
    sorted_kinds = page.evaluate(kinds)
    check("events are sorted", sorted_kinds == sorted(sorted_kinds), len(sorted_kinds))
    page.evaluate("document.querySelector('#events input[type=search]').focus()")
    page.type("joined")
    check("events are filtered", set(page.evaluate(kinds)) == {"joined"}, page.evaluate(kinds))
    markup = page.evaluate("document.querySelectorAll('main b, main script, main iframe').length")
    check("what peers are called is text", markup == 0)

    # The pictures that a person looks at.
    for width in (400, 1600):
        for theme in ("light", "dark"):
            page.size(width)
            page.theme(theme)
            page.wait("new Promise(done => setTimeout(() => done(true), 400))")
            page.picture(pictures / f"page-{width}-{theme}.png")
            wide = page.evaluate("document.documentElement.scrollWidth")
            check(f"nothing is wider than {width} pixels", wide <= width, wide)
    page.size(1600)

    # Its coordinator is killed, and comes back.
    before = generation(page)
    page.messages.clear()
    os.kill(int(pathlib.Path(pid_file).read_text()), signal.SIGKILL)
    page.wait("document.querySelector('#link').classList.contains('lost')", 40)
    check("a coordinator that is killed is seen to be gone", True)
    subprocess.run(restart, shell=True, check=True)
    page.wait(f"document.querySelector('#link').classList.contains('live') && Number(document.body.dataset.generation) > {before}", 180)
    check("when it is back the page goes on by itself", True, f"{before} -> {generation(page)}")
    # That it was gone is no secret to the browser; nothing else is wrong.
    rest = [m for m in page.messages if "Failed to load resource" not in m]
    check("and nothing else failed", not rest, rest[:3] or None)
    others = {url for url in page.requests if not url.startswith((origin, "about:"))}
    check("no other host was asked for anything", not others, f"{len(page.requests)} requests" if not others else others)
    page.close()
    sys.exit(bool(failures))


main()
