# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Compares training here with PyTorch on the same machine, in the same run.

    python Tests/WorldModelTrainingTests/compare_with_pytorch.py speed [--threads 2] [--seconds 10]
    python Tests/WorldModelTrainingTests/compare_with_pytorch.py files LOGDIR
    python Tests/WorldModelTrainingTests/compare_with_pytorch.py loss DATA [--epochs 2]

`speed` alternates the two implementations and prints the ratios of their rates. `files` loads the
models of LOGDIR into PyTorch, compares the outputs on random inputs, and saves and loads them back.
`loss` trains both on the recordings in DATA (64x64) from the same weights, on the same split, and
prints both held-out losses. Needs torch, numpy and safetensors, and a release build.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parent.parent / ".build/release/worldmodels"


def models():
    """The networks of Golden/record.py, without recording anything."""
    source = (HERE / "Golden/record.py").read_text().rsplit("\nrecord_vae()", 1)[0]
    spec = importlib.util.spec_from_loader("record", loader=None)
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(HERE / "Golden/record.py")
    exec(compile(source, "record.py", "exec"), module.__dict__)
    return module


def full_vae(record):
    return record.VAE(32, [32, 64, 128, 256], 1024, [128, 64, 32])


def run(*arguments):
    result = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"worldmodels {' '.join(map(str, arguments))}: {result.stderr}")
    return result.stdout


def repeated(seconds, batch, body):
    body()
    start, runs = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        body()
        runs += 1
    return runs * batch / (time.perf_counter() - start)


def torch_rates(record, seconds):
    """Rate functions of PyTorch by benchmark and batch."""
    torch = record.torch
    vae, mdrnn = full_vae(record), record.MDRNN(32, 3, 256, 5)
    adam = torch.optim.Adam(vae.parameters())
    rmsprop = torch.optim.RMSprop(mdrnn.parameters(), lr=1e-3, alpha=0.9)

    def vae_rate(batch):
        x = torch.rand(batch, 3, 64, 64)

        def step():
            adam.zero_grad()
            y, mu, logsigma = vae(x, torch.randn(batch, 32))
            error = record.F.mse_loss(y, x, reduction="sum")
            divergence = -0.5 * torch.sum(1 + 2 * logsigma - mu**2 - (2 * logsigma).exp())
            (error + divergence).backward()
            adam.step()

        return repeated(seconds, batch, step)

    def mdrnn_rate(batch):
        actions, latents, targets = (torch.randn(32, batch, n) for n in (3, 32, 32))
        rewards, terminals = torch.randn(32, batch), torch.zeros(32, batch)

        def step():
            rmsprop.zero_grad()
            out, _ = mdrnn(actions, latents)
            mdrnn.losses(out, targets, rewards, terminals, True)[0].backward()
            rmsprop.step()

        return repeated(seconds, batch, step)

    def encode_rate(batch):
        x, e = torch.rand(batch, 3, 64, 64), vae.encoder

        def step():
            with torch.no_grad():
                y = x
                for layer in (e.conv1, e.conv2, e.conv3, e.conv4):
                    y = record.F.relu(layer(y))
                e.fc_mu(y.flatten(1)), e.fc_logsigma(y.flatten(1))

        return repeated(seconds, batch, step)

    return {"vae": vae_rate, "mdrnn": mdrnn_rate, "encode": encode_rate}


def speed(options):
    record = models()
    record.torch.set_num_threads(options.threads)
    rates = torch_rates(record, options.seconds)
    for name, batch in (("vae", 32), ("vae", 128), ("mdrnn", 16), ("encode", 32)):
        ours, theirs = [], []
        for _ in range(options.rounds):
            theirs.append(rates[name](batch))
            text = run("benchmark", name, "--threads", options.threads, "--batch", batch,
                       "--seconds", options.seconds)
            ours.append(json.loads(text))
        best = max(ours, key=lambda r: r["rate"])
        print(json.dumps({
            "benchmark": name, "batch": batch, "threads": options.threads,
            "ours": round(best["rate"], 1), "pytorch": round(max(theirs), 1),
            "ratio": round(best["rate"] / max(theirs), 2), "unit": best["unit"],
            "shareOfSgemm": round(best["shareOfSgemm"], 3)}), flush=True)


def files(options):
    import numpy as np
    from safetensors.torch import load_file, save_file
    record = models()
    torch = record.torch
    logdir = pathlib.Path(options.directory)
    vae, mdrnn = full_vae(record), record.MDRNN(32, 3, 256, 5)
    rng = np.random.default_rng(1)
    inputs = dict(
        observations=record.frames(rng, 8),
        actions=rng.uniform(-1, 1, (40, 4, 3)).astype(np.float32),
        latents=rng.normal(size=(40, 4, 32)).astype(np.float32))
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        np.savez(directory / "in.npz", **inputs)
        outputs = []
        for round_trip in range(2):
            run("model", "forward", "--logdir", logdir, "--input", directory / "in.npz",
                "--output", directory / "out.npz")
            outputs.append(dict(np.load(directory / "out.npz")))
            for name, model in (("vae", vae), ("mdrnn", mdrnn)):
                model.load_state_dict(load_file(logdir / f"{name}.safetensors"))
                save_file(model.state_dict(), directory / f"{name}.safetensors")
            logdir = directory
        same = all(np.array_equal(outputs[0][k], outputs[1][k]) for k in outputs[0])
        print(f"ours to PyTorch to ours, bit for bit: {same}")
        x = torch.from_numpy(inputs["observations"]).permute(0, 3, 1, 2).float() / 255
        with torch.no_grad():
            y, mu, logsigma = vae(x, torch.zeros(8, 32))
            head, hidden = mdrnn(*(torch.from_numpy(inputs[k]) for k in ("actions", "latents")))
        size = 5 * 32
        theirs = dict(
            mu=mu, logsigma=logsigma, reconstruction=y.permute(0, 2, 3, 1), hidden=hidden,
            means=head[..., :size].reshape(40, 4, 5, 32),
            sigmas=head[..., size:2 * size].exp().reshape(40, 4, 5, 32),
            logpi=torch.log_softmax(head[..., 2 * size:2 * size + 5], -1),
            rewards=head[..., -2], terminal_logits=head[..., -1])
        for name, value in theirs.items():
            value = value.numpy()
            error = np.abs(outputs[0][name] - value) / np.maximum(1, np.abs(value))
            print(f"{name}: largest difference {error.max():.2e}")
        if not same:
            sys.exit(1)


def loss(options):
    import numpy as np
    from safetensors.torch import save_file
    record = models()
    torch = record.torch
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as logdir:
        logdir = pathlib.Path(logdir)
        vae = full_vae(record)
        save_file(vae.state_dict(), logdir / "vae.safetensors")
        run("train-vae", "--logdir", logdir, "--data", options.directory, "--epochs",
            options.epochs, "--threads", options.threads)
        lines = (logdir / "training/vae-losses.jsonl").read_text().splitlines()
        ours = json.loads(lines[-1])["heldOutLoss"]
        split = json.loads((logdir / "training/split.json").read_text())

        def frames(paths):
            arrays = [np.load(os.path.join(options.directory, p))["observations"] for p in paths]
            return np.concatenate(arrays)

        training, held_out = frames(split["training"]), frames(split["heldOut"])
        adam, rng = torch.optim.Adam(vae.parameters()), np.random.default_rng(1)
        for _ in range(options.epochs):
            order = rng.permutation(len(training))
            for start in range(0, len(order), 32):
                x = training[np.sort(order[start:start + 32])]
                flips = rng.uniform(size=len(x)) < 0.5
                x[flips] = x[flips, :, ::-1]
                adam.zero_grad()
                noise = rng.normal(size=(len(x), 32)).astype(np.float32)
                error, divergence, *_ = record.vae_loss(vae, np.ascontiguousarray(x), noise)
                (error + divergence).backward()
                adam.step()
        total = 0.0
        with torch.no_grad():
            for start in range(0, len(held_out), 32):
                x = held_out[start:start + 32]
                noise = rng.normal(size=(len(x), 32)).astype(np.float32)
                error, divergence, *_ = record.vae_loss(vae, x, noise)
                total += (error + divergence).item()
        theirs = total / len(held_out)
        print(json.dumps({"model": "vae", "epochs": options.epochs, "ours": ours,
                          "pytorch": theirs, "difference": ours / theirs - 1}))
        mdrnn_loss(options, record, logdir, split)


def mdrnn_loss(options, record, logdir, split):
    """Both train M on the latents that V gave here, from the same weights."""
    import numpy as np
    from safetensors.torch import save_file
    torch = record.torch
    mdrnn = record.MDRNN(32, 3, 256, 5)
    save_file(mdrnn.state_dict(), logdir / "mdrnn.safetensors")
    run("train-mdrnn", "--logdir", logdir, "--data", options.directory, "--epochs",
        options.epochs, "--threads", options.threads, "--sequence-stride", options.stride)
    lines = (logdir / "training/mdrnn-losses.jsonl").read_text().splitlines()
    ours = json.loads(lines[-1])["heldOutLoss"]
    index = json.loads((logdir / "training/latents.json").read_text())
    rows = np.fromfile(logdir / "training/latents.bin", np.float32).reshape(-1, 69)
    rng = np.random.default_rng(2)

    def windows(paths):
        # As here: aligned to the end; the last row of a recording has no next latent.
        result = []
        for r in index["recordings"]:
            last = r["length"] - 32
            if r["path"] in paths and last >= 0:
                result += [(r["start"] + s, s == last)
                           for s in range(last % options.stride, last + 1, options.stride)]
        return result

    def batch_loss(batch):
        take = np.array([[s + i for i in range(33)] for s, _ in batch])
        take = np.minimum(take, len(rows) - 1)
        row = rows[take].transpose(1, 0, 2)
        z = row[..., :32] + np.exp(row[..., 32:64]) * rng.normal(size=row.shape[:2] + (32,))
        z = torch.from_numpy(z.astype(np.float32))
        weight = torch.ones(32, len(batch))
        weight[-1] = torch.tensor([0.0 if last else 1.0 for _, last in batch])
        out, _ = mdrnn(torch.from_numpy(row[:-1, :, 64:67].copy()), z[:-1])
        shape = out.shape[:2] + (5, 32)
        density = torch.distributions.Normal(
            out[..., :160].view(shape), out[..., 160:320].view(shape).exp())
        density = density.log_prob(z[1:, :, None]).sum(-1)
        logpi = torch.log_softmax(out[..., 320:325], -1)
        mixture = -(torch.logsumexp(logpi + density, -1) * weight).sum() / weight.sum()
        ends = torch.from_numpy(row[:-1, :, 68].copy())
        bce = record.F.binary_cross_entropy_with_logits(out[..., -1], ends)
        return (mixture + bce) / 33

    optimiser = torch.optim.RMSprop(mdrnn.parameters(), lr=1e-3, alpha=0.9)
    training, held_out = windows(set(split["training"])), windows(set(split["heldOut"]))
    for _ in range(options.epochs):
        order = rng.permutation(len(training))
        for start in range(0, len(order), 16):
            optimiser.zero_grad()
            batch_loss([training[i] for i in order[start:start + 16]]).backward()
            optimiser.step()
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(held_out), 16):
            batch = held_out[start:start + 16]
            total += batch_loss(batch).item() * len(batch)
    theirs = total / len(held_out)
    print(json.dumps({"model": "mdrnn", "epochs": options.epochs, "ours": ours,
                      "pytorch": theirs, "difference": ours / theirs - 1}))


parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
commands = parser.add_subparsers(dest="command", required=True)
for name in ("speed", "files", "loss"):
    command = commands.add_parser(name)
    if name != "speed":
        command.add_argument("directory")
    command.add_argument("--threads", type=int, default=2)
    command.add_argument("--seconds", type=float, default=10)
    command.add_argument("--rounds", type=int, default=3)
    command.add_argument("--epochs", type=int, default=2)
    command.add_argument("--stride", type=int, default=8)
arguments = parser.parse_args()
{"speed": speed, "files": files, "loss": loss}[arguments.command](arguments)
