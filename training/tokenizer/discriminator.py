"""PatchGAN discriminator (Isola et al. 2017) with hinge loss, as VQGAN uses it. Off unless a config has `training.gan`."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training import distributed


class PatchDiscriminator(nn.Module):
    """[B, 3, H, W] -> one score per patch [B, 1, H / 8, W / 8]"""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        for factor in (1, 2):
            c = width * factor
            layers += [nn.Conv2d(c, 2 * c, 4, 2, 1, bias=False), nn.GroupNorm(8, 2 * c), nn.LeakyReLU(0.2)]
        self.body = nn.Sequential(*layers, nn.Conv2d(4 * width, 1, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class Adversary:
    """Discriminator and its optimiser. options: weight, startAt (progress), learningRate."""

    def __init__(self, options: dict, device: torch.device) -> None:
        self.options = options
        self.network = PatchDiscriminator(options.get("width", 48)).to(device)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=options.get("learningRate", 2e-4), betas=(0.5, 0.9))

    def generator_loss(self, output: Tensor, progress: float) -> Tensor:
        """- weight * D(output); the discriminator learns from the start, but only counts after startAt."""
        if progress < self.options["startAt"]:
            return output.new_zeros(())
        self.network.requires_grad_(False)
        loss = -self.options["weight"] * self.network(output).mean()
        self.network.requires_grad_(True)
        return loss

    def step(self, real: Tensor, fake: Tensor, progress: float) -> None:
        """Hinge loss: mean max(0, 1 - D(real)) + mean max(0, 1 + D(fake))."""
        if progress < self.options["startAt"] - 0.05:
            return
        loss = 0.5 * (F.relu(1 - self.network(real)).mean() + F.relu(1 + self.network(fake)).mean())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        distributed.average_gradients(self.network)
        self.optimizer.step()

    def state_dict(self) -> dict:
        return {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: dict) -> None:
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
