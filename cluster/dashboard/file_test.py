#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Opens what inspect --html has written of the runs that test.sh makes, without any server.

    file_test.py FILE PICTURES

The file has the runs "large", made up, and "run", of which one film is kept.
"""

import pathlib
import sys
import time

from chromium import Chromium

failures = []


def check(what, is_so, found=None):
    print(f"  {'yes' if is_so else 'NO '}  {what}" + (f": {found}" if found is not None else ""), flush=True)
    if not is_so:
        failures.append(what)


def text(page, selector):
    return page.evaluate(f"document.querySelector({selector!r}).textContent")


def choose(page, run):
    page.evaluate(f"(() => {{ const choice = document.querySelector('#run'); choice.value = '{run}';"
                  " choice.dispatchEvent(new Event('change')); })()")
    page.wait(f"document.title.startsWith('{run} ') && document.querySelector('#returns .plot path.line')")


def main():
    file, pictures = map(pathlib.Path, sys.argv[1:])
    page = Chromium()
    page.size(1600)
    page.theme("light")
    began = time.monotonic()
    page.open(file.resolve().as_uri())
    page.wait("document.querySelector('#returns .plot path.line') && document.querySelector('#tail td')")
    print(f"        {file.stat().st_size / 2**20:.1f} MiB opened in {time.monotonic() - began:.2f} s; the page's heap "
          f"{page.call('Runtime.getHeapUsage')['usedSize'] / 2**20:.0f} MiB")
    check("it says of when it is", text(page, "#link").startswith("as of "), text(page, "#link"))
    check("and what it has not", "Left out" in text(page, "#file-note"), text(page, "#file-note"))
    charts = page.evaluate("[...document.querySelectorAll('#returns, #search')].map(e => e.querySelectorAll('.plot path.line').length)")
    check("charts are drawn", min(charts) >= 3, charts)
    page.wait("document.querySelector('#search canvas[tabindex]').width > 100")
    check("the controller's weights are drawn", True)
    page.evaluate("document.querySelector('#returns .plot').focus()")
    page.key("End")
    page.key("Enter")
    page.wait("!document.querySelector('#generation').hidden && document.querySelector('#generation canvas[tabindex]').width > 100")
    check("the last generation is opened by keyboard", True, text(page, "#generation h2"))
    page.evaluate("document.querySelector('#returns .plot').focus()")
    page.key("Home")
    page.key("Enter")
    page.wait("!document.querySelector('#trouble').hidden")
    check("one that was left out is said to be", "not in this file" in text(page, "#trouble"), text(page, "#trouble"))

    choose(page, "run")
    check("the other run is shown", page.evaluate("document.querySelectorAll('#events tbody tr').length") > 1)
    film = "[...document.querySelectorAll('#films button')].find(b => b.textContent === 'Track 3')"
    page.wait(film)
    page.evaluate(f"{film}.click()")
    page.wait("document.querySelector('#films video')?.readyState >= 2", 60)
    check("its film plays", True, page.evaluate("(v => `${v.videoWidth} x ${v.videoHeight}, ${v.duration} s`)(document.querySelector('#films video'))"))
    page.evaluate("document.querySelector('#compare input').click()")
    page.wait("document.querySelector('#returns .legend').textContent.includes('large: median')")
    check("the first one is laid over it", True)
    for width, theme in ((1600, "light"), (400, "dark")):
        page.size(width)
        page.theme(theme)
        page.wait("new Promise(done => setTimeout(() => done(true), 400))")
        page.picture(pictures / f"file-{width}-{theme}.png")
        wide = page.evaluate("document.documentElement.scrollWidth")
        check(f"nothing is wider than {width} pixels", wide <= width, wide)

    check("nothing was logged, nothing failed", not page.messages, page.messages[:3] or None)
    others = {url[:60] for url in page.requests if not url.startswith((file.resolve().as_uri(), "about:", "data:"))}
    check("nobody was asked for anything", not others, others or f"{len(page.requests)} requests")
    # Whatever got in would reach nobody.
    reached = page.evaluate("fetch('http://127.0.0.1:65000/').then(() => 'reached', error => error.message)")
    check("and nobody could be", any("Content Security Policy" in m for m in page.messages), reached)
    ran = page.evaluate("(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); return window.ran ?? 0; })()")
    check("no other script runs", ran == 0)
    page.close()
    sys.exit(bool(failures))


main()
