# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Drives an agent in the real Gymnasium, with PyTorch instead of this program.

    python3 -m venv .oracle
    .oracle/bin/pip install "gymnasium[box2d]==1.4.0" torch safetensors pillow numpy
    .oracle/bin/python cluster/gymnasium/drive.py runs/NAME --seeds 0:100 --ours build/worldmodels

The directory holds vae.safetensors, mdrnn.safetensors and controller.safetensors: a run's, or the
agent that comes with the program (Sources/worldmodels/Agent). With --ours the program drives the
same tracks, and both means are printed. Prints a line an episode, then one JSON object.

CarRacing-v3 as Gymnasium makes it: 1,000 steps, a lap is complete at more than 95 % of the tiles,
or at more than --lap-complete-percent, on both sides; 1 is the rule of the published figures (v0).
Gymnasium's pictures are antialiased: --antialiasing samples4 has the program draw like that. V and M
may be of any sizes, and C of any form; with discrete actions and with colours drawn for each track
Gymnasium is made as C's file says.
"""

import argparse
import json
import math
import os
import subprocess

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import gymnasium
import numpy as np
import torch
from PIL import Image
from safetensors import safe_open


def load(path):
    """The tensors in single precision, and the header's texts.

    What DataParallel and torch.compile put into names is no part of them."""
    with safe_open(path, "pt") as file:
        tensors = {
            name.replace("module.", "").replace("_orig_mod.", ""): file.get_tensor(name).float()
            for name in file.keys()
        }
        return tensors, file.metadata() or {}


# Nothing, right, left, gas, brake, as steering, gas and brake.
DISCRETE = [[0.0, 0.0, 0.0], [0.6, 0.0, 0.0], [-0.6, 0.0, 0.0], [0.0, 0.2, 0.0], [0.0, 0.0, 0.8]]


class Agent:
    """V, M and C of one episode at a time."""

    def __init__(self, directory, mapping=None):
        self.vae, _ = load(os.path.join(directory, "vae.safetensors"))
        mdrnn, _ = load(os.path.join(directory, "mdrnn.safetensors"))
        self.controller, form = load(os.path.join(directory, "controller.safetensors"))
        self.inputs = form.get("inputs", "zh")
        self.mapping = form.get("mapping", mapping)
        mappings = ("paper", "linear", "discrete")
        if self.mapping not in mappings or mapping not in (None, self.mapping):
            raise SystemExit(
                f"{directory}/controller.safetensors: its mapping is {self.mapping}: give "
                "--controller-mapping paper, linear or discrete where the file does not say it"
            )
        self.latent = form.get("latent", "mean")
        self.domain_randomize = form.get("domain_randomize") == "true"
        gates, inputs = mdrnn["rnn.weight_ih_l0"].shape
        self.size = gates // 4
        self.cell = torch.nn.LSTMCell(inputs, self.size)
        self.cell.load_state_dict(
            {
                name.removeprefix("rnn.").removesuffix("_l0"): value
                for name, value in mdrnn.items()
                if name.startswith("rnn.")
            }
        )

    def begin(self, seed):
        self.hidden = torch.zeros(1, self.size)
        self.memory = torch.zeros(1, self.size)
        self.noise = torch.Generator().manual_seed(seed)

    def encode(self, picture):
        # 96x96 to 64x64 by Pillow's bilinear filter, as torchvision's Resize does in the original.
        small = Image.fromarray(picture).resize((64, 64), Image.BILINEAR)
        x = torch.from_numpy(np.asarray(small).copy()).permute(2, 0, 1).unsqueeze(0).float() / 255
        for index in range(1, 5):
            weight = self.vae[f"encoder.conv{index}.weight"]
            x = torch.relu(
                torch.nn.functional.conv2d(
                    x, weight, self.vae[f"encoder.conv{index}.bias"], stride=2
                )
            )
        x = x.flatten(1)
        mean = x @ self.vae["encoder.fc_mu.weight"].T + self.vae["encoder.fc_mu.bias"]
        if self.latent == "mean":
            return mean
        deviation = x @ self.vae["encoder.fc_logsigma.weight"].T
        deviation = (deviation + self.vae["encoder.fc_logsigma.bias"]).exp()
        return mean + deviation * torch.randn(mean.shape, generator=self.noise)

    def act(self, picture):
        """Steering, gas and brake, or a discrete action's number; the state moves on."""
        with torch.inference_mode():
            z = self.encode(picture)
            parts = {"z": [z], "zh": [z, self.hidden], "zch": [z, self.memory, self.hidden]}
            seen = torch.cat(parts[self.inputs], dim=1)
            if "hidden.weight" in self.controller:
                layer = [self.controller[f"hidden.{part}"] for part in ("weight", "bias")]
                seen = torch.tanh(seen @ layer[0].T + layer[1])
            action = seen @ self.controller["fc.weight"].T + self.controller["fc.bias"]
            if self.mapping == "paper":
                action = action.tanh()
                action = torch.stack(
                    [action[:, 0], (action[:, 1] + 1) / 2, action[:, 2].clamp(min=0)], dim=1
                )
            number = int(action.argmax())
            if self.mapping == "discrete":
                # What Gymnasium's step does for each number, which M is told.
                action = torch.tensor([DISCRETE[number]])
            self.hidden, self.memory = self.cell(
                torch.cat([action, z], dim=1), (self.hidden, self.memory)
            )
        return number if self.mapping == "discrete" else action[0].numpy()


def drive(environment, agent, seed):
    """The return, the steps, and whether the lap was completed."""
    picture, _ = environment.reset(seed=seed)
    agent.begin(seed)
    total, steps = 0.0, 0
    while True:
        action = agent.act(picture)
        if agent.mapping != "discrete":
            action = np.clip(action, [-1, 0, 0], [1, 1, 1]).astype(np.float32)
        picture, reward, terminated, truncated, info = environment.step(action)
        total += float(reward)
        steps += 1
        if terminated or truncated:
            return total, steps, bool(terminated and info.get("lap_finished", False))


def statistics(returns):
    """Mean, standard deviation and half the 95 % interval (normal)."""
    deviation = float(np.std(returns, ddof=1)) if len(returns) > 1 else 0.0
    return {
        "mean": float(np.mean(returns)),
        "standardDeviation": deviation,
        "confidence95": 1.96 * deviation / math.sqrt(len(returns)) if len(returns) > 1 else None,
        "episodes": len(returns),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("--seeds", default="0:100", help="first:end, end excluded")
    parser.add_argument("--ours", help="this program, to drive the same tracks")
    parser.add_argument(
        "--controller-mapping",
        choices=("paper", "linear", "discrete"),
        help="how the controller's outputs become actions, where its file does not say",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--lap-complete-percent", type=float, default=0.95, metavar="SHARE", help="0 to 1"
    )
    parser.add_argument(
        "--antialiasing", choices=["off", "samples4"], help="how the program draws (its own default)"
    )
    options = parser.parse_args()
    if not 0 <= options.lap_complete_percent <= 1:
        parser.error(f"--lap-complete-percent {options.lap_complete_percent}: 0 to 1")
    torch.set_num_threads(options.threads)
    first, end = (int(part) for part in options.seeds.split(":"))
    ours = None
    if options.ours:
        command = [options.ours, "evaluate", "--logdir", options.directory, "--json"]
        command += ["--track-seeds", options.seeds]
        if options.controller_mapping:
            command += ["--controller-mapping", options.controller_mapping]
        command += ["--lap-complete-percent", str(options.lap_complete_percent)]
        if options.antialiasing:
            command += ["--antialiasing", options.antialiasing]
        ours = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    agent = Agent(options.directory, options.controller_mapping)
    environment = gymnasium.make(
        "CarRacing-v3",
        continuous=agent.mapping != "discrete",
        domain_randomize=agent.domain_randomize,
        lap_complete_percent=options.lap_complete_percent,
    )
    returns, laps = [], 0
    for index, seed in enumerate(range(first, end)):
        total, steps, finished = drive(environment, agent, seed)
        returns.append(total)
        laps += finished
        beside = f"  ours {ours['episodes'][index]['episodeReturn']:8.2f}" if ours else ""
        print(f"seed {seed:5d}  gymnasium {total:8.2f}{beside}  {steps:4d} steps", flush=True)
    result = {
        "gymnasium": gymnasium.__version__,
        "controllerMapping": agent.mapping,
        "lapCompletePercent": options.lap_complete_percent,
        "real": statistics(returns) | {"finishedLaps": laps / len(returns)},
    }
    if ours:
        result["ours"] = ours["returns"] | {"finishedLaps": ours["finishedLaps"]}
        result["difference"] = result["real"]["mean"] - ours["returns"]["mean"]
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
