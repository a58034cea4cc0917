#!/usr/bin/env python3
"""Record what numpy's default generator draws: python3 record.py > numpy.json (needs numpy)."""
import json

import numpy as np

rows = []
for seed in (0, 1, 7, 2**31, 2**32 - 1, 2**32, 2**40, 123456789012345678, 2**64 - 1):
    g = np.random.default_rng(seed)
    raw = [str(x) for x in g.bit_generator.random_raw(3).tolist()]
    threes = [int(g.integers(3)) for _ in range(7)]
    unit = [g.random() for _ in range(3)]
    uniform = [g.uniform(-3, 7) for _ in range(3)]
    after = [int(g.integers(1_000_003)) for _ in range(5)]
    rows.append(dict(seed=str(seed), raw=raw, threes=threes, unit=unit, uniform=uniform, after=after))
print(json.dumps(rows, indent=1))
