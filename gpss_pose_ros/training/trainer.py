"""The loop that trains any of the networks, from where it was left."""

import math
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from typing import Any

import cv2
import torch
from torch import nn
from tqdm import tqdm

from gpss_pose_ros.errors import ConfigurationError, GpssError
from gpss_pose_ros.training.average import WeightAverage
from gpss_pose_ros.training.curves import save_curves
from gpss_pose_ros.training.interruption import Interruption
from gpss_pose_ros.training.run_folder import RunFolder
from gpss_pose_ros.training.settings import ScheduleSettings, TrainingSettings
from gpss_pose_ros.training.task import Batch, Task
from gpss_pose_ros.training.tensors import device, run_here

_LOWEST_RATE = 0.01
_GRADIENT_NORM = 10.0
_PREPARED = 2
"""Batches made ahead by a second thread; OpenCV works without Python's lock."""


class Trainer:
    """A network, its optimiser and its folder.

    Args:
        task: what is learned.
        settings: how.
        folder: continued if it holds a checkpoint.

    Raises:
        ConfigurationError: the folder holds another network.
    """

    def __init__(self, task: Task, settings: TrainingSettings, folder: RunFolder) -> None:
        self.task = task
        self.step = 0
        self._settings = settings
        self._schedule = settings.schedule
        self._folder = folder
        self._seconds = 0.0
        self._network = task.network.to(device=device(), memory_format=torch.channels_last)
        self._average = WeightAverage(self._network, self._schedule.ema_decay)
        self._optimiser = _optimiser(self._network, self._schedule)
        self._resume()

    @property
    def average(self) -> nn.Module:
        """The network with averaged weights, in evaluation mode."""
        return self._average.network

    def run(self, limit_s: float = math.inf) -> bool:
        """Train to the last step of the schedule, to `limit_s`, or until interrupted.

        Returns:
            Whether the last step is done.
        """
        deadline = time.monotonic() + limit_s
        steps = range(self.step, self._schedule.steps)
        losses: dict[str, float] = defaultdict(float)
        since = self.step
        with Interruption() as interruption, _progress(steps, self._schedule.steps) as bar:
            for batch in _prepared(self.task, steps):
                started = time.monotonic()
                for name, value in self._learn(batch).items():
                    losses[name] += value
                self._seconds += time.monotonic() - started
                bar.update()
                if self._epoch_ends():
                    self._end_epoch(losses, self.step - since, bar)
                    losses.clear()
                    since = self.step
                if self.step % self._schedule.checkpoint_steps == 0:
                    self._save()
                if interruption.wanted or time.monotonic() > deadline:
                    break
        self._save()
        return self.step >= self._schedule.steps

    def _learn(self, batch: Batch) -> dict[str, float]:
        """Take one step; return the parts of the loss before it."""
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self._schedule)
        self._network.train()
        with _bfloat16():
            parts = self.task.losses(self._network, tuple(t.to(device()) for t in batch))
        total = torch.stack(list(parts.values())).sum()
        if not torch.isfinite(total):
            raise GpssError(f"step {self.step}: the loss is not finite; lower the learning_rate")
        self._optimiser.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), _GRADIENT_NORM)
        self._optimiser.step()
        self.step += 1
        self._average.update(self._network, self.step)
        return {name: value.item() for name, value in parts.items()}

    def _epoch_ends(self) -> bool:
        return self.step % self._schedule.epoch_steps == 0 or self.step == self._schedule.steps

    def _end_epoch(self, losses: dict[str, float], steps: int, bar: Any) -> None:
        figures = self.task.validate(partial(run_here, self.task.exported(self.average)))
        line = {
            "step": float(self.step),
            "seconds": round(self._seconds, 1),
            "learning_rate": learning_rate(self.step - 1, self._schedule),
            **{f"loss_{name}": value / steps for name, value in losses.items()},
            **figures,
        }
        known = {n: float(f"{v:.5g}") for n, v in line.items() if math.isfinite(v)}
        lines = self._folder.add_metrics(known)
        save_curves(self._folder.path / "curves.png", lines, self._settings.model)
        bar.write("  ".join(f"{name} {value:g}" for name, value in known.items()))

    def _save(self) -> None:
        self._folder.save(
            {
                "step": self.step,
                "seconds": self._seconds,
                "network": self._network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "settings": asdict(self._settings),
            }
        )

    def _resume(self) -> None:
        state = self._folder.load()
        if state is None:
            return
        try:
            self._network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self._optimiser.load_state_dict(state["optimiser"])
        except (RuntimeError, KeyError, ValueError) as error:
            raise ConfigurationError(
                f"{self._folder.path} holds a run of another network: name a new folder, or "
                f"continue with the same settings under network ({error})"
            ) from error
        self.step, self._seconds = state["step"], state["seconds"]


def learning_rate(step: int, schedule: ScheduleSettings) -> float:
    """Return the learning rate of a step: a linear rise, then half a cosine."""
    rise = min(1.0, (step + 1) / max(1, schedule.warmup_steps))
    done = min(1.0, step / schedule.steps)
    fall = _LOWEST_RATE + (1.0 - _LOWEST_RATE) * (1.0 + math.cos(math.pi * done)) / 2.0
    return schedule.learning_rate * rise * fall


def _optimiser(network: nn.Module, schedule: ScheduleSettings) -> torch.optim.AdamW:
    """Return AdamW that lets only the kernels decay: not the offsets, not the normalisation."""
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    groups = [
        {"params": kernels, "weight_decay": schedule.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=schedule.learning_rate)


def _bfloat16() -> Any:
    """Return the context that computes convolutions in 16 bits, where the machine is made for it.

    On a CPU with AVX512-BF16 that doubles the speed.
    """
    where = device().type
    native = where == "cuda" or torch.backends.cpu.get_cpu_capability() == "AVX512"
    return torch.autocast(where, torch.bfloat16) if native else nullcontext()


def _prepared(task: Task, steps: range) -> Iterator[Batch]:
    """Yield the batch of every step, made ahead by another thread."""
    cv2.setNumThreads(1)
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(task.batch, step) for step in steps[:_PREPARED]]
        for step in steps:
            batch = waiting.pop(0).result()
            if step + _PREPARED in steps:
                waiting.append(pool.submit(task.batch, step + _PREPARED))
            yield batch


def _progress(steps: range, total: int) -> Any:
    return tqdm(total=total, initial=steps.start, unit="step", smoothing=0.05)
