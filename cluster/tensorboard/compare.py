#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Compares what TensorBoard reads of a run's event files with the run's report.

    worldmodels inspect RUN --json | compare.py DIR [--rollouts FILE]

DIR is what 'coordinator --tensorboard' or 'inspect --tensorboard' wrote; FILE is the output of
'worldmodels inspect RUN --rollouts --json'. Every tag is read by TensorBoard's EventAccumulator and compared
value by value; TensorBoard keeps 32 bits of a number. Needs tensorboard (2.21.0), which brings numpy.
"""

import argparse
import io
import json
import re
import sys

import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2


def read(folder):
    everything = {"scalars": 0, "histograms": 0, "images": 0, "tensors": 0}
    events = EventAccumulator(folder, size_guidance=everything)
    events.Reload()
    return events


def column(key):
    """A key of the report as a tag: totalSteps is generation/total_steps."""
    name = re.sub("[A-Z]", lambda match: "_" + match.group().lower(), key)
    prefix = "evaluation_"
    return "evaluation/" + name[len(prefix) :] if name.startswith(prefix) else "generation/" + name


def scalars(events):
    return {
        (tag, event.step): event.value for tag in events.Tags()["scalars"] for event in events.Scalars(tag)
    }


def require(is_so, what):
    if not is_so:
        sys.exit(f"error: {what}")


def compare(what, found, expected):
    require(found.keys() == expected.keys(), f"{what}: differing keys {found.keys() ^ expected.keys()}")
    for key, value in expected.items():
        require(numpy.float32(value) == numpy.float32(found[key]), f"{what} {key}: {found[key]}, not {value}")
    print(f"{what}: {len(expected)} values are equal")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("--rollouts")
    options = parser.parse_args()
    report = json.load(sys.stdin)

    search = read(f"{options.directory}/search")
    expected = {
        (column(key), row["generation"]): value
        for row in report["generations"]
        for key, value in row.items()
        if key != "generation" and not isinstance(value, str)
    }
    compare("scalars of the search", scalars(search), expected)
    for tag in search.Tags()["scalars"]:
        steps = [event.step for event in search.Scalars(tag)]
        require(steps == sorted(set(steps)), f"{tag}: the steps {steps} come twice or in disorder")

    models = sorted({loss["model"] for loss in report["losses"]})
    for model in models:
        expected = {
            (f"{loss['split']}/{loss['term']}", loss["epoch"]): loss["value"]
            for loss in report["losses"]
            if loss["model"] == model
        }
        compare(f"losses of {model}", scalars(read(f"{options.directory}/{model}")), expected)

    if options.rollouts:
        returns = {}
        with open(options.rollouts, encoding="utf-8") as file:
            for line in file:
                rollout = json.loads(line)
                key = (rollout["purpose"], rollout["generation"])
                if "return" in rollout:
                    returns.setdefault(key, []).append(rollout["return"])
        count = 0
        for purpose, tag in [("training", "returns/rollouts"), ("evaluation", "returns/evaluation")]:
            steps = set()
            for event in search.Histograms(tag):
                values = numpy.array(returns[purpose, event.step])
                histogram = event.histogram_value
                require(histogram.num == len(values), f"{tag} {event.step}: {histogram.num} values")
                require(
                    (histogram.min, histogram.max) == (values.min(), values.max()), f"{tag} {event.step}: ends"
                )
                require(numpy.isclose(histogram.sum, values.sum()), f"{tag} {event.step}: sum")
                edges = [-numpy.inf, *histogram.bucket_limit]
                buckets, _ = numpy.histogram(values, edges)
                # numpy counts a value at the last edge as within.
                require(list(buckets) == list(histogram.bucket), f"{tag} {event.step}: buckets")
                steps.add(event.step)
                count += 1
            complete = {
                row["generation"]
                for row in report["generations"]
                if purpose == "training" or "evaluationEpisodes" in row
            }
            require(steps == complete, f"{tag}: of generations {steps}, not {complete}")
        print(f"histograms of returns: {count} are equal")

    images = [(tag, event) for tag in search.Tags()["images"] for event in search.Images(tag)]
    for tag, event in images:
        require(event.encoded_image_string.startswith(b"\x89PNG"), f"{tag} {event.step}: no PNG")
        try:
            from PIL import Image
        except ImportError:
            continue
        size = Image.open(io.BytesIO(event.encoded_image_string)).size
        require(size == (event.width, event.height), f"{tag} {event.step}: {size}")
    print(f"images: {len(images)}")

    metadata = search.SummaryMetadata("_hparams_/session_start_info")
    data = plugin_data_pb2.HParamsPluginData.FromString(metadata.plugin_data.content)
    values = data.session_start_info.hparams
    settings = {setting["name"]: setting["value"] for setting in report["settings"]}
    require(set(values) == set(settings), "hparams: other names than the settings")
    for name, text in settings.items():
        kind = values[name].WhichOneof("kind")
        value = getattr(values[name], kind)
        if kind == "number_value":
            require(value == float(text), f"hparams {name}: {value}, not {text}")
        else:
            require(str(value).lower() == text.lower(), f"hparams {name}: {value}, not {text}")
    print(f"hparams: {len(settings)} are equal")


if __name__ == "__main__":
    main()
