#!/usr/bin/env python3
"""Record files as numpy and safetensors write them: python3 record.py (needs numpy, safetensors)."""
import io
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

HERE = Path(__file__).parent

counting = np.arange(24).reshape(2, 3, 4)
arrays = {
    "half": (counting / 8 - 1).astype(np.float16),
    "single": (counting / 7 - 1).astype(np.float32),
    "double": (counting / 7 - 1).astype(np.float64),
    "bytes": (counting * 10).astype(np.uint8),
    "int32": (counting - 12).astype(np.int32),
    "int64": (counting - 12).astype(np.int64),
    "bool": counting % 3 == 0,
    "scalar": np.float32(1.5),
    "empty": np.zeros((0, 5), np.float32),
}
np.savez(HERE / "stored.npz", **arrays)
np.savez_compressed(HERE / "deflated.npz", **arrays)
np.save(HERE / "single.npy", arrays["single"])

# Other orders and types: all hold the numbers of "counting".
layouts = {
    "fortran": np.asfortranarray(counting.astype(np.float32)),
    "bigendian": counting.astype(">f8"),
    "both": np.asfortranarray(counting.astype(">i2")),
    "int8": counting.astype(np.int8),
    "int16": counting.astype(np.int16),
    "uint16": counting.astype(">u2"),
    "uint32": counting.astype(np.uint32),
    "uint64": counting.astype(np.uint64),
    "bytes": np.asfortranarray(counting.astype(np.uint8)),
}
np.savez(HERE / "layouts.npz", **layouts)
np.save(HERE / "fortran.npy", layouts["both"])

# What is refused, by name.
odd = {
    "record": np.zeros(2, [("a", "<f4"), ("b", "<i2", (2,))]),
    "long": arrays["single"].astype(np.longdouble),
    "date": np.array(["2027-01-15"], "datetime64[D]"),
    "complex": arrays["single"].astype(np.complex64),
    "text": np.array(["a", "b"]),
    "object": np.array([{}], dtype=object),
}
np.savez(HERE / "odd.npz", **odd)

# Version 2 of the format, in an archive without zip64 and with a comment.
with zipfile.ZipFile(HERE / "version2.npz", "w", zipfile.ZIP_DEFLATED) as archive:
    content = io.BytesIO()
    np.lib.format.write_array(content, arrays["single"], version=(2, 0))
    archive.writestr(zipfile.ZipInfo("single.npy"), content.getvalue(), zipfile.ZIP_DEFLATED)
    archive.comment = b"a comment"

save_file(
    {
        "weight": arrays["single"],
        "half": arrays["half"],
        "double": arrays["double"],
        "scalar": np.array(1.5, np.float32),
    },
    HERE / "mixed.safetensors",
    metadata={"kind": "test", "quote": 'a "quoted"\nline'},
)
save_file({"count": arrays["int64"]}, HERE / "int64.safetensors")
