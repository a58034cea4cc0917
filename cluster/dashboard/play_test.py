#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Drives in a dream with a keyboard, in a real Chromium: see test.sh.

    play_test.py LINK PICTURES
"""

import json
import pathlib
import sys
import urllib.error
import urllib.request

from chromium import Chromium

failures = []

CANVAS = """(() => { const c = document.querySelector('#scene');
  return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].join(); })()"""


def check(what, is_so, found=None):
    print(f"  {'yes' if is_so else 'NO '}  {what}" + (f": {found}" if found is not None else ""), flush=True)
    if not is_so:
        failures.append(what)


def steps(page):
    return int(page.evaluate("document.body.dataset.steps || 0"))


def again(page, step, held=None):
    """The same dream from its start, a key held from early on; what is drawn after so many steps."""
    page.evaluate("""(() => { window.seen = null; const body = document.body; let hasBegun = false;
        new MutationObserver((_, observer) => {
          hasBegun ||= Number(body.dataset.steps) < 5;
          if (!hasBegun || body.dataset.steps !== '%d') return;
          observer.disconnect();
          window.seen = %s;
        }).observe(body, { attributes: true, attributeFilter: ['data-steps'] }); })()""" % (step, CANVAS))
    page.key("r")
    if held:
        page.press(held)
    page.wait("window.seen")
    if held:
        page.release(held)
        page.wait("document.body.dataset.keys === ''")
    return page.evaluate("window.seen")


def later(page, count):
    """Waits for so many steps of the dream."""
    page.wait(f"Number(document.body.dataset.steps) >= {steps(page) + count}")


def main():
    link, pictures = sys.argv[1:]
    pictures = pathlib.Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    origin, token = link.strip().split("/?token=")

    def state():
        """What the server says, which is no browser."""
        request = urllib.request.Request(f"{origin}/api/v1/state", headers={"Authorization": f"Bearer {token}"})
        return json.load(urllib.request.urlopen(request))

    page = Chromium()
    page.size(1000)
    page.theme("light")
    page.open(link.strip())
    page.wait("document.body.dataset.steps > 5")
    check("the address has no token any more", "token" not in page.evaluate("location.href"))
    first = page.evaluate(CANVAS)
    check("a picture is drawn", len(set(first.split(","))) > 20, f"{len(set(first.split(',')))} values")
    later(page, 5)
    check("which changes by itself", page.evaluate(CANVAS) != first)
    check("no key is down", state()["keys"] == [] and state()["action"][0] == 0)

    # A key that is held, with what a keyboard repeats of it, and one beside it.
    page.press("ArrowLeft")
    page.press("ArrowLeft", repeat=True)
    page.wait("document.body.dataset.keys === 'left'")
    now = state()
    check("while ArrowLeft is held, the server steers to the left", now["keys"] == ["left"] and now["action"][0] == -1, now["action"])
    before = page.evaluate(CANVAS)
    later(page, 20)
    check("and the picture changes", page.evaluate(CANVAS) != before)
    check("for as long as it is held", state()["keys"] == ["left"])
    page.press("w")
    page.wait("document.body.dataset.keys === 'left gas'")
    check("two keys at once", state()["action"][:2] == [-1, 1], state()["action"])
    for theme in ("light", "dark"):
        for width in (400, 1000):
            page.size(width)
            page.theme(theme)
            page.wait("new Promise(done => setTimeout(() => done(true), 300))")
            page.picture(pictures / f"play-{width}-{theme}.png")
            wide = page.evaluate("document.documentElement.scrollWidth")
            check(f"nothing is wider than {width} pixels", wide <= width, wide)
    page.release("ArrowLeft")
    page.wait("document.body.dataset.keys === 'gas'")
    page.release("w")
    page.wait("document.body.dataset.keys === ''")
    later(page, 1)
    check("when they are released nobody steers", state()["action"] == [0, 0, 0], state()["action"])

    still, same, steered = again(page, 100), again(page, 100), again(page, 100, "ArrowLeft")
    check("the same dream without a key has the same picture after 100 steps", still == same)
    check("and another one where ArrowLeft is held", steered != still)

    # The same dream again, another one; the same keys, by the pointer.
    page.key("n")
    page.wait("document.querySelector('#episode').textContent === '2' && document.body.dataset.steps > 3")
    check("another dream", state()["episode"] == 2)
    before = steps(page)
    page.press("ArrowUp")
    page.key("r")
    page.wait(f"Number(document.body.dataset.steps) < {before + 200} && document.body.dataset.keys === ''")
    check("again: it begins at its start, and no key is down", state()["episode"] == 2 and state()["keys"] == [])
    page.release("ArrowUp")
    page.evaluate("document.querySelector('[data-key=right]').dispatchEvent(new PointerEvent('pointerdown', { cancelable: true }))")
    page.wait("document.body.dataset.keys === 'right'")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    page.wait("document.body.dataset.keys === ''")
    check("who looks elsewhere lets go", state()["keys"] == [])

    # A second browser is told that somebody drives.
    other = Chromium()
    other.open(link.strip())
    other.wait("!document.querySelector('#trouble').hidden")
    check("a second browser may not drive", "already" in other.evaluate("document.querySelector('#trouble').textContent"))
    here = steps(page)
    page.wait(f"Number(document.body.dataset.steps) > {here}")
    check("and disturbs nobody", True)
    page.press("ArrowRight")
    page.wait("document.body.dataset.keys === 'right'")
    check("nothing was logged, nothing failed", not page.messages, page.messages[:3] or None)
    others = {url for url in page.requests if not url.startswith((origin, "about:"))}
    check("no other host was asked for anything", not others, f"{len(page.requests)} requests" if not others else others)
    page.close()
    # With the first one gone, keys and all, it is the second one's turn.
    other.wait("""(() => { const again = document.querySelector('#reconnect');
        if (!again.hidden) again.click(); return document.body.dataset.steps > 3; })()""")
    check("when the first has gone, the second drives, from the start", state()["episode"] == 1 and state()["keys"] == [])
    other.close()

    request = urllib.request.Request(
        f"{origin}/api/v1/keys", data=b'{"visit": "x", "say": "next"}', method="POST",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    try:
        refused = urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        refused = error.code
    check("a message of no visit is refused", refused == 409, refused)
    sys.exit(bool(failures))


main()
