#!/usr/bin/env python3
"""Reduce the traces of gymnasium_trace.py to what the tests need: all steps, few frames.

    python thin_traces.py traces/ golden/

The track is left out (tracks.csv has it); of a driver's trace the frames at the reset and after
steps 100, 400 and 700 are kept, of any other the one after step 300.
"""
import glob
import os
import sys

import numpy as np

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.npz"))):
    name = os.path.basename(path)
    arrays = dict(np.load(path))
    del arrays["track"]
    wanted = (-1, 99, 399, 699) if name.startswith("driver") else (299,)
    keep = [i for i, step in enumerate(arrays["frame_steps"]) if step in wanted]
    arrays["frames"] = arrays["frames"][keep]
    arrays["frame_steps"] = arrays["frame_steps"][keep]
    np.savez(os.path.join(sys.argv[2], name), **arrays)
