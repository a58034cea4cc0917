# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""Records what PyTorch computes for V and M: python record.py (needs torch and numpy).

Weights are not stored: both sides draw them from numpy's default_rng, tensor by tensor in the
order of the state_dict names below, uniformly within PyTorch's default bounds.
"""
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).parent
torch.set_num_threads(1)


class VAE(nn.Module):
    def __init__(self, latent, convolutions, start, deconvolutions):
        super().__init__()
        widths = [3] + convolutions
        self.encoder = nn.Module()
        for i in range(4):
            setattr(self.encoder, f"conv{i + 1}", nn.Conv2d(widths[i], widths[i + 1], 4, stride=2))
        self.encoder.fc_mu = nn.Linear(4 * widths[4], latent)
        self.encoder.fc_logsigma = nn.Linear(4 * widths[4], latent)
        self.decoder = nn.Module()
        self.decoder.fc1 = nn.Linear(latent, start)
        widths = [start] + deconvolutions + [3]
        for i, kernel in enumerate([5, 5, 6, 6]):
            layer = nn.ConvTranspose2d(widths[i], widths[i + 1], kernel, stride=2)
            setattr(self.decoder, f"deconv{i + 1}", layer)

    def forward(self, x, noise):
        e, d = self.encoder, self.decoder
        for layer in (e.conv1, e.conv2, e.conv3, e.conv4):
            x = F.relu(layer(x))
        x = x.flatten(1)
        mu, logsigma = e.fc_mu(x), e.fc_logsigma(x)
        y = F.relu(d.fc1(mu + noise * logsigma.exp()))[:, :, None, None]
        for layer in (d.deconv1, d.deconv2, d.deconv3):
            y = F.relu(layer(y))
        return torch.sigmoid(d.deconv4(y)), mu, logsigma


def vae_loss(model, frames, noise):
    x = torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255
    y, mu, logsigma = model(x, torch.from_numpy(noise))
    error = F.mse_loss(y, x, reduction="sum")
    divergence = -0.5 * torch.sum(1 + 2 * logsigma - mu**2 - (2 * logsigma).exp())
    return error, divergence, y.permute(0, 2, 3, 1), mu, logsigma


class MDRNN(nn.Module):
    def __init__(self, latent, actions, hidden, mixtures):
        super().__init__()
        self.latent, self.mixtures = latent, mixtures
        self.gmm_linear = nn.Linear(hidden, (2 * latent + 1) * mixtures + 2)
        self.rnn = nn.LSTM(latent + actions, hidden)

    def forward(self, actions, latents):
        hidden, _ = self.rnn(torch.cat([actions, latents], dim=-1))
        return self.gmm_linear(hidden), hidden

    def losses(self, out, targets, rewards, terminals, include_reward):
        size = self.mixtures * self.latent
        shape = out.shape[:2] + (self.mixtures, self.latent)
        mean, logsigma = out[..., :size].view(shape), out[..., size:2 * size].view(shape)
        logpi = F.log_softmax(out[..., 2 * size:2 * size + self.mixtures], dim=-1)
        density = torch.distributions.Normal(mean, logsigma.exp()).log_prob(targets[:, :, None])
        mixture = -torch.logsumexp(logpi + density.sum(-1), dim=-1).mean()
        termination = F.binary_cross_entropy_with_logits(out[..., -1], terminals)
        reward = F.mse_loss(out[..., -2], rewards)
        if include_reward:
            total = (mixture + termination + reward) / (self.latent + 2)
        else:
            total = (mixture + termination) / (self.latent + 1)
        return total, mixture, termination, reward


def start(model, seed, order=None):
    """Draws the weights; the fan-in is PyTorch's, an LSTM's its hidden size."""
    rng = np.random.default_rng(seed)
    state = model.state_dict()
    for name in order or state:
        shape = tuple(state[name].shape)
        if name.startswith("rnn."):
            fan_in = model.rnn.hidden_size
        else:
            weight = state[name.rsplit(".", 1)[0] + ".weight"]
            fan_in = weight[0].numel()
        bound = 1 / math.sqrt(fan_in)
        state[name] = torch.from_numpy(rng.uniform(-bound, bound, shape).astype(np.float32))
    model.load_state_dict(state)


def gradients(model, prefix):
    return {prefix + n: p.grad.numpy().copy() for n, p in model.named_parameters()}


def weights(model, prefix):
    return {prefix + n: p.detach().numpy().copy() for n, p in model.named_parameters()}


def sampled(model):
    """Of each gradient its norm and about 200 elements at equal distances."""
    result = {}
    for name, p in model.named_parameters():
        flat = p.grad.numpy().ravel()
        result["norm." + name] = np.array([np.linalg.norm(flat.astype(np.float64))])
        result["sample." + name] = flat[:: max(1, flat.size // 200)]
    return result


def frames(rng, count):
    """Smooth coloured gradients with some noise: pictures that a VAE can learn."""
    y, x = np.mgrid[0:64, 0:64] / 64
    a, b, c = rng.uniform(0, 1, (3, count, 1, 1, 3))
    image = 0.5 + 0.5 * np.sin(6 * (a * x[..., None] + b * y[..., None] + c))
    return np.clip(image * 255 + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def record_vae():
    rng = np.random.default_rng(100)
    model = VAE(4, [4, 6, 8, 10], 12, [8, 6, 4])
    start(model, 1)
    x, noise = frames(rng, 10), rng.normal(size=(20, 10, 4)).astype(np.float32)
    error, divergence, y, mu, logsigma = vae_loss(model, x, noise[0])
    (error + divergence).backward()
    record = dict(
        frames=x, noise=noise, loss=np.array([error.item(), divergence.item()]),
        mu=mu.detach().numpy(), logsigma=logsigma.detach().numpy(),
        reconstruction=y[8:].detach().numpy(), **gradients(model, "gradient."))
    optimiser = torch.optim.Adam(model.parameters())
    for step in range(20):
        optimiser.zero_grad()
        error, divergence, *_ = vae_loss(model, x, noise[step])
        (error + divergence).backward()
        optimiser.step()
    np.savez_compressed(HERE / "vae-small.npz", **record, **weights(model, "after."))

    model = VAE(32, [32, 64, 128, 256], 1024, [128, 64, 32])
    start(model, 2)
    x, noise = frames(rng, 3), rng.normal(size=(3, 32)).astype(np.float32)
    error, divergence, y, mu, logsigma = vae_loss(model, x, noise)
    (error + divergence).backward()
    np.savez_compressed(
        HERE / "vae-full.npz", frames=x, noise=noise,
        loss=np.array([error.item(), divergence.item()]), mu=mu.detach().numpy(),
        logsigma=logsigma.detach().numpy(), reconstruction=y[2:].detach().numpy(),
        **sampled(model))


def sequences(rng, steps, count, latent, actions):
    return dict(
        actions=rng.uniform(-1, 1, (steps, count, actions)).astype(np.float32),
        latents=rng.normal(size=(steps, count, latent)).astype(np.float32),
        targets=rng.normal(size=(steps, count, latent)).astype(np.float32),
        rewards=rng.normal(size=(steps, count)).astype(np.float32),
        terminals=(rng.uniform(size=(steps, count)) < 0.2).astype(np.float32))


ORDER = ["gmm_linear.weight", "gmm_linear.bias", "rnn.weight_ih_l0", "rnn.weight_hh_l0",
         "rnn.bias_ih_l0", "rnn.bias_hh_l0"]


def record_mdrnn():
    rng = np.random.default_rng(200)
    for name, sizes, steps, count, seed in (
            ("small", (4, 3, 6, 3), 5, 10, 3), ("full", (32, 3, 256, 5), 32, 4, 4)):
        model = MDRNN(*sizes)
        start(model, seed, ORDER)
        data = sequences(rng, steps, count, sizes[0], sizes[1])
        t = {k: torch.from_numpy(v) for k, v in data.items()}

        def losses(include_reward):
            out, hidden = model(t["actions"], t["latents"])
            return out, hidden, model.losses(
                out, t["targets"], t["rewards"], t["terminals"], include_reward)

        out, hidden, plain = losses(False)
        _, _, rewarded = losses(True)
        rewarded[0].backward()
        record = dict(
            **data, head=out.detach().numpy(), hidden=hidden.detach().numpy(),
            plain=np.array([v.item() for v in plain]),
            rewarded=np.array([v.item() for v in rewarded]))
        if name == "full":
            record.update(sampled(model))
            del record["hidden"]
        else:
            record.update(gradients(model, "gradient."))
            model.zero_grad()
            losses(False)[2][0].backward()
            record.update(gradients(model, "plain-gradient."))
            optimiser = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9)
            for _ in range(20):
                optimiser.zero_grad()
                losses(True)[2][0].backward()
                optimiser.step()
            record.update(weights(model, "after."))
        np.savez_compressed(HERE / f"mdrnn-{name}.npz", **record)


record_vae()
record_mdrnn()
