# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Records events.tfevents: what TensorBoard's own writer makes of some events.

    pip install tensorboard==2.21.0 && python3 record.py

EventFileTests makes the same events, and compares the bytes.
"""

import pathlib

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def value(**fields):
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(**fields)])


start = plugin_data_pb2.HParamsPluginData()
start.session_start_info.group_name = "run"
start.session_start_info.hparams["sigma"].number_value = 0.25
start.session_start_info.start_time_secs = 1.5
hyperparameters = value(
    tag="_hparams_/session_start_info",
    tensor={"dtype": 1, "tensor_shape": {}},
    metadata={"plugin_data": {"plugin_name": "hparams", "content": start.SerializeToString()}},
)
histogram = summary_pb2.HistogramProto(
    min=-3, max=41, num=3, sum=58, sum_squares=2090, bucket_limit=[-20, 0, 20, 40, 60], bucket=[0, 1, 0, 1, 1]
)
events = [
    event_pb2.Event(wall_time=1.25, file_version="brain.Event:2"),
    event_pb2.Event(wall_time=1.5, step=4, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)),
    event_pb2.Event(wall_time=2.5, step=4, summary=value(tag="generation/mean", simple_value=0.1)),
    event_pb2.Event(wall_time=2.5, step=4, summary=value(tag="returns/rollouts", histo=histogram)),
    event_pb2.Event(
        wall_time=3.5,
        step=5,
        summary=value(
            tag="picture", image={"height": 2, "width": 3, "colorspace": 3, "encoded_image_string": b"\x89PNG"}
        ),
    ),
    event_pb2.Event(wall_time=1.5, summary=hyperparameters),
]
with open(pathlib.Path(__file__).parent / "events.tfevents", "wb") as file:
    writer = RecordWriter(file)
    for event in events:
        writer.write(event.SerializeToString())
    writer.flush()
