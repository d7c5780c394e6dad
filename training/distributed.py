"""One process or several (torchrun): the few collectives that training needs, which do nothing when there is one process."""

from __future__ import annotations

import os

import torch
import torch.distributed as dist
from torch import Tensor, nn


def start() -> tuple[int, int, torch.device]:
    """(rank, number of processes, device of this process). Reads torchrun's environment."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", local) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    if world > 1:
        dist.init_process_group("nccl" if cuda else "gloo")
    return int(os.environ.get("RANK", "0")), world, device


def finish() -> None:
    """Wait for the others before leaving: a process that exits early takes the rest down."""
    if active():
        dist.barrier()
        dist.destroy_process_group()


def active() -> bool:
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def all_reduce_sum(*tensors: Tensor) -> None:
    if active():
        for tensor in tensors:
            dist.all_reduce(tensor)


def broadcast(tensor: Tensor) -> None:
    if active():
        dist.broadcast(tensor, 0)


def gather_rows(rows: Tensor) -> Tensor:
    """[N, d] of every process -> [world N, d]"""
    if not active():
        return rows
    parts = [torch.empty_like(rows) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, rows.contiguous())
    return torch.cat(parts)


def average_gradients(model: nn.Module) -> None:
    """Mean of the gradients over processes, in one flat buffer. A parameter without a gradient counts as zero."""
    if not active():
        return
    parameters = [p for p in model.parameters() if p.requires_grad]
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    flat = torch.cat([p.grad.flatten() for p in parameters])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    offset = 0
    for p in parameters:  # copied, not replaced: a fused optimiser needs the memory layout of p (channels-last), and flat is not
        p.grad.copy_(flat[offset : offset + p.numel()].view_as(p))
        offset += p.numel()
