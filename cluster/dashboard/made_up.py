#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Makes a run as large as the paper's out of a small one, to see what the page takes of it.

    cluster/dashboard/made_up.py SMALL_RUN NEW_RUN [GENERATIONS]      1,800 where nothing is said

SMALL_RUN is any run of this program's form, which stays as it is: its tables are taken, not its rows.
NEW_RUN gets generations of 64 candidates x 16 tracks whose returns rise as those of a real run do.
"""

import math
import pathlib
import random
import sqlite3
import struct
import sys
import time

CANDIDATES, TRACKS, HOSTS, CORES = 64, 16, 8, 16
BEGAN = 1_800_000_000


def iso(seconds):
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds * 1000) % 1000:03d}Z"


def main():
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    small, new = map(pathlib.Path, sys.argv[1:3])
    generations = int(sys.argv[3]) if len(sys.argv) == 4 else 1800
    if new.exists():
        sys.exit(f"{new} is there already")
    new.mkdir(parents=True)
    source = sqlite3.connect(f"file:{small / 'run.sqlite'}?mode=ro", uri=True)
    database = sqlite3.connect(new / "run.sqlite")
    source.backup(database)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = OFF")
    for table in ("generations", "candidates", "rollouts", "workers", "evaluations", "events", "losses"):
        database.execute(f"DELETE FROM {table}")
    database.execute("UPDATE settings SET value = ? WHERE name = 'pop-size'", (str(CANDIDATES),))
    database.execute("UPDATE settings SET value = ? WHERE name = 'n-samples'", (str(TRACKS),))
    generator = random.Random(1)
    for host in range(HOSTS):
        database.execute(
            "INSERT INTO workers (id, name, fingerprint, party, first_seen, last_seen, rollouts, steps)"
            " VALUES (?, ?, 'made-up', ?, ?, ?, 0, 0)",
            (host + 1, f"host{host}/100", f"host{host} at 10.0.0.{host}", iso(BEGAN), iso(BEGAN)))
    elapsed, at = 0.0, float(BEGAN)
    for generation in range(1, generations + 1):
        level = 900 * (1 - math.exp(-generation / 300)) - 30
        spread = 200 * math.exp(-generation / 500) + 15
        hardness = [generator.gauss(0, 25) for _ in range(TRACKS)]
        seeds = [generator.getrandbits(63) for _ in range(TRACKS)]
        means, rows, busy = [], [], [[0.0] * (CORES * 4) for _ in range(HOSTS)]
        for candidate in range(CANDIDATES):
            base = generator.gauss(level, spread)
            total = 0.0
            for track in range(TRACKS):
                value = min(930.0, base + hardness[track] + generator.gauss(0, 30))
                done = value > 900
                steps = int(1000 - max(0, value - 900) * 3)
                seconds = steps * 0.012 * generator.uniform(0.9, 1.3)
                host = (candidate * TRACKS + track) % HOSTS
                slot = min(range(CORES * 4), key=busy[host].__getitem__)
                busy[host][slot] += seconds
                total += value
                rows.append((
                    "training", generation, candidate, track, seeds[track], value, steps,
                    int(max(0, min(1, value / 930)) * 280), 290,
                    "lapCompleted" if done else ("leftPlayfield" if value < 100 else "timeLimit"), host + 1,
                    seconds, 0, slot // 4, int((at + busy[host][slot]) * 1000)))
            means.append(total / TRACKS)
        wall = max(max(slots) for slots in busy)
        elapsed, at = elapsed + wall, at + wall
        insert(database, rows)
        database.executemany(
            "INSERT INTO candidates VALUES (?, ?, ?)", [(generation, i, m) for i, m in enumerate(means)])
        mean = sum(means) / len(means)
        deviation = math.sqrt(sum((m - mean) ** 2 for m in means) / len(means))
        sigma = 0.1 * math.exp(-generation / 900)
        database.execute(
            "INSERT INTO generations (generation, candidates, tracks, best, mean, standard_deviation, worst,"
            " failed, sigma, steps, seconds, elapsed, workers, state_digest, fitness_digest, finished,"
            " path_length, axis_ratio, least_deviation, median_deviation, greatest_deviation)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?)",
            (generation, CANDIDATES, TRACKS, max(means), mean, deviation, min(means), sigma,
             sum(row[6] for row in rows), wall, elapsed, HOSTS, "%064x" % generator.getrandbits(256), iso(at),
             1 + 0.3 * math.sin(generation / 50), 1 + generation / 400, sigma * 0.8, sigma, sigma * 1.3))
        if generation % 5 == 0:
            returns = [min(930.0, level + spread + generator.gauss(0, 20)) for _ in range(TRACKS)]
            insert(database, [
                ("evaluation", generation, 0, i, -1 - i, value, 900, 280, 290,
                 "lapCompleted" if value > 900 else "timeLimit", 1, 10.0, 0, 0, int(at * 1000))
                for i, value in enumerate(returns)])
            mean = sum(returns) / TRACKS
            deviation = math.sqrt(sum((r - mean) ** 2 for r in returns) / (TRACKS - 1))
            parameters = struct.pack("<867f", *(generator.gauss(0, 0.1) for _ in range(867)))
            database.execute(
                "INSERT INTO evaluations VALUES (?, ?, ?, ?, ?, ?, ?, '', ?)",
                (generation, TRACKS, mean, deviation, 900 * TRACKS, 10.0, parameters, iso(at)))
        if generation % 20 == 0:
            database.execute(
                "INSERT INTO events (time, kind, message) VALUES (?, 'joined', ?)",
                (iso(at), f"worker host{generation % HOSTS}/{generation} joined with {CORES} cores"))
    for model, terms in (("vae", ("total", "reconstruction")), ("mdrnn", ("total",))):
        for epoch in range(1, 21):
            for split in ("training", "held-out"):
                for term in terms:
                    database.execute(
                        "INSERT INTO losses VALUES (?, ?, ?, ?, ?)",
                        (model, epoch, split, term, 60 * math.exp(-epoch / 6) + 20 + (split != "training")))
    database.execute(
        "DELETE FROM optimiser_state WHERE generation < (SELECT max(generation) FROM optimiser_state)")
    database.execute("UPDATE optimiser_state SET generation = ?", (generations,))
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def insert(database, rows):
    database.executemany(
        "INSERT INTO rollouts (purpose, generation, candidate, repetition, track_seed, return, steps,"
        " tiles_visited, track_tiles, end, worker, seconds, confirmed, core, arrived)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


main()
