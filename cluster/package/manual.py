#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Writes man pages from what the program says of itself, one page a command.

    worldmodels --experimental-dump-help | manual.py VERSION DATE DIRECTORY
"""

import json
import pathlib
import sys


def escaped(text):
    """Text as roff reads it: no line of it is a request, no hyphen of it a soft one."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in lines)


def quoted(text):
    return '"' + escaped(text).replace('"', '\\(dq') + '"'


def shown(arguments):
    return [argument for argument in arguments or [] if argument["shouldDisplay"]]


def dashed(name):
    return ("--" if name["kind"] == "long" else "-") + name["name"]


def value(argument):
    return f"\\fI{escaped(argument.get('valueName', 'value'))}\\fR"


def usage(argument):
    """How an argument stands in the synopsis."""
    if argument["kind"] == "positional":
        text = value(argument)
    else:
        text = f"\\fB{escaped(dashed(argument['preferredName']))}\\fR"
        if argument["kind"] == "option":
            text += " " + value(argument)
    if argument.get("isRepeating"):
        text += " ..."
    return text


def heading(argument):
    """How an argument stands above its explanation."""
    if argument["kind"] == "positional":
        return value(argument)
    names = sorted(argument["names"], key=lambda name: name["kind"] == "long")
    text = ", ".join(f"\\fB{escaped(dashed(name))}\\fR" for name in names)
    return text + (" " + value(argument) if argument["kind"] == "option" else "")


def explanation(argument):
    text = argument.get("abstract", "")
    if argument.get("allValues") and not any(v in text for v in argument["allValues"]):
        text += f" One of {', '.join(argument['allValues'])}."
    if argument.get("defaultValue"):
        text += f" Usually {argument['defaultValue']}."
    return escaped(text.strip() or "See above.")


def synopsis(words, command):
    arguments = [a for a in shown(command.get("arguments")) if a["valueName"] not in ("help", "version")]
    parts = [f".B {escaped(' '.join(words))}"]
    if command.get("subcommands"):
        return parts + ["\\fIcommand\\fR [\\fIoptions\\fR]"]
    needed = [usage(a) for a in arguments if not a["isOptional"]]
    return parts + (["[\\fIoptions\\fR]"] if len(needed) < len(arguments) else []) + needed


def options(command):
    lines, sections = [], {}
    for argument in shown(command.get("arguments")):
        sections.setdefault(argument.get("sectionTitle") or "Options", []).append(argument)
    # What belongs to no section is the command's own, and comes first.
    for title in sorted(sections, key=lambda title: title != "Options"):
        lines.append(f".SH {quoted(title.upper())}")
        for argument in sections[title]:
            lines += [".TP", heading(argument), explanation(argument)]
    return lines


def children(command):
    return [c for c in command.get("subcommands") or [] if c["shouldDisplay"] and c["commandName"] != "help"]


def page(words, command, version, date):
    name = "-".join(words)
    abstract = command.get("abstract", "").rstrip(".")
    lines = [
        f'.TH {quoted(name.upper())} 1 "{date}" {quoted(f"{words[0]} {version}")} "User Commands"',
        ".SH NAME", f"{escaped(name)} \\- {escaped(abstract)}",
        ".SH SYNOPSIS", *synopsis(words, command),
    ]
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", escaped(command["discussion"])]
    if children(command):
        lines.append(".SH COMMANDS")
        for child in children(command):
            lines += [".TP", f"\\fB{escaped(child['commandName'])}\\fR", escaped(child.get("abstract", ""))]
    lines += options(command)
    others = [words + [c["commandName"]] for c in children(command)] or [words[:-1]]
    lines += [".SH SEE ALSO", ", ".join(f"\\fB{escaped('-'.join(other))}\\fR(1)" for other in others)]
    return name, "\n".join(lines) + "\n"


def pages(words, command, version, date):
    yield page(words, command, version, date)
    for child in children(command):
        yield from pages(words + [child["commandName"]], child, version, date)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    version, date, directory = sys.argv[1:]
    command = json.load(sys.stdin)["command"]
    for name, text in pages([command["commandName"]], command, version, date):
        pathlib.Path(directory, f"{name}.1").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
