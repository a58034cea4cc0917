#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""The table of search_options.sh: steps until a return is reached, and what of it is no chance.

    search_options.py RETURN... < results        search_options.py --check

A line of results is a run: case, description, seed and STEPS:MEAN for each evaluation, with tabs
between. Of a return that was not reached the steps are more than all others.

The interval of a median is from one run to another one: between the k-th least and the k-th most the
median lies with a probability that follows from the binomial distribution, whatever the steps'
distribution. Two cases are compared by the permutation test of Mann and Whitney's U, exact as far as
there are a million ways to divide the runs; and since many are compared with one, by Holm's rule.
"""

import itertools
import math
import random
import sys

WAYS = 1_000_000


def steps_until(evaluations, wanted):
    """Steps at the first evaluation with the return that is wanted; infinite: none has it."""
    return next((steps for steps, mean in evaluations if mean >= wanted), math.inf)


def median(values):
    """The middle one; of an even number the mean of the two, infinite if one of them is."""
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def interval(values, wanted=0.9):
    """The narrowest interval of the median that has the wanted coverage, or the widest there is.

    Gives its ends and its coverage.
    """
    values = sorted(values)
    count = len(values)
    for rank in range((count - 1) // 2, -1, -1):
        outside = 2 * sum(math.comb(count, index) for index in range(rank + 1)) / 2**count
        if 1 - outside >= wanted or rank == 0:
            return values[rank], values[count - 1 - rank], max(0.0, 1 - outside)


def advantage(one, other):
    """U: in how many pairs the other one is less, those that are equal being half."""
    return sum((a > b) + (a == b) / 2 for a in one for b in other)


def p_value(one, other):
    """How often chance alone would make two cases as different as these, in either direction."""
    pooled, size = one + other, len(one)
    expected = size * len(other) / 2
    found = abs(advantage(one, other) - expected)
    if math.comb(len(pooled), size) <= WAYS:
        ways = itertools.combinations(range(len(pooled)), size)
    else:
        draw = random.Random(1)
        ways = (draw.sample(range(len(pooled)), size) for _ in range(10_000))
    count = total = 0
    for way in ways:
        chosen = set(way)
        rest = [value for index, value in enumerate(pooled) if index not in chosen]
        deviation = abs(advantage([pooled[index] for index in way], rest) - expected)
        count += deviation >= found - 1e-9
        total += 1
    return count / total


def holm(values):
    """p values that hold for all comparisons together, in the order given."""
    result, least = [0.0] * len(values), 0.0
    for rank, index in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        least = max(least, min(1.0, (len(values) - rank) * values[index]))
        result[index] = least
    return result


def millions(steps):
    return "not reached" if math.isinf(steps) else f"{steps / 1e6:.2f}"


def read(lines):
    """Cases in their order: name to description and runs, each a list of (steps, mean)."""
    cases = {}
    for line in lines:
        name, description, _, evaluations = line.rstrip("\n").split("\t")
        pairs = [pair.split(":") for pair in evaluations.split()]
        cases.setdefault(name, (description, []))[1].append(
            [(int(steps), float(mean)) for steps, mean in pairs])
    return cases


def table(cases, returns):
    """The table and its sentences, line by line."""
    first = next(iter(cases))
    head = ["case", "runs", "best evaluation"]
    for wanted in returns:
        head += [f"million steps to {wanted:g}: median", "interval", "reached", "p", "Holm's p"]
    yield "| " + " | ".join(head) + " |"
    yield "| --- |" + " ---: |" * (len(head) - 1)
    steps = {
        (name, wanted): [steps_until(run, wanted) for run in runs]
        for name, (_, runs) in cases.items() for wanted in returns}
    others = [name for name in cases if name != first]
    p = {}
    for wanted in returns:
        values = [p_value(steps[first, wanted], steps[name, wanted]) for name in others]
        for name, value, together in zip(others, values, holm(values)):
            p[name, wanted] = value, together
    for name, (description, runs) in cases.items():
        best = median([max(mean for _, mean in run) for run in runs])
        row = [f"{name}: {description}", str(len(runs)), f"{best:.1f}"]
        for wanted in returns:
            values = steps[name, wanted]
            low, high, coverage = interval(values)
            row += [
                millions(median(values)),
                f"{millions(low)} to {millions(high)} ({100 * coverage:.0f} %)",
                str(sum(map(math.isfinite, values))),
            ] + [f"{value:.3f}" for value in p.get((name, wanted), ())]
            row += ["", ""] if name == first else []
        yield "| " + " | ".join(row) + " |"
    yield ""
    for wanted in returns:
        groups = {}
        for name in others:
            value, together = p[name, wanted]
            better = advantage(steps[first, wanted], steps[name, wanted])
            fewer = better > len(steps[first, wanted]) * len(steps[name, wanted]) / 2
            kind = (
                f"{'fewer' if fewer else 'more'} steps than {first}, also among so many comparisons"
                if together < 0.05
                else f"{'fewer' if fewer else 'more'} steps than {first}, if it were the only"
                " comparison; one in twenty of those is chance"
                if value < 0.05
                else f"not to be told from {first} by so many runs")
            groups.setdefault(kind, []).append(name)
        for kind, names in groups.items():
            yield f"To {wanted:g}: {', '.join(names)}: {kind}."


def check():
    """Figures that are known."""
    # Scipy's mannwhitneyu(..., method="exact"): 5 against 5 without overlap is 2 of 252 ways.
    assert abs(p_value([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]) - 2 / 252) < 1e-12
    assert p_value([1, 2, 3], [1, 2, 3]) == 1
    assert p_value([math.inf] * 5, [math.inf] * 5) == 1
    # Of 5 the median lies within all of them but for 2 of 32 cases; of 12 between the 3rd of each end.
    assert interval([5, 1, 4, 2, 3]) == (1, 5, 1 - 2 / 32)
    assert interval(range(12))[:2] == (2, 9)
    assert median([1, math.inf]) == math.inf and median([1, 2, math.inf]) == 2
    assert holm([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06]
    assert steps_until([(10, 800.0), (20, 860.0), (30, 840.0)], 850) == 20
    assert steps_until([(10, 800.0)], 850) == math.inf
    lines = [f"base\tplain\t{seed}\t{seed}000000:700 {seed + 5}000000:900\n" for seed in range(5)]
    lines += [f"fast\tquick\t{seed}\t{seed}00000:900\n" for seed in range(5)]
    text = "\n".join(table(read(lines), [850, 906]))
    assert "| fast: quick | 5 | 900.0 | 0.20 | 0.00 to 0.40 (94 %) | 5 | 0.008 | 0.008 |" in text, text
    assert "To 850: fast: fewer steps than base, also" in text, text
    assert "To 906: fast: not to be told from base" in text, text


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    else:
        found = read(sys.stdin)
        if found:
            print("\n".join(table(found, [float(value) for value in sys.argv[1:]])))
