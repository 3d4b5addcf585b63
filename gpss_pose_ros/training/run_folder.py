"""A training run's folder: the last checkpoint, the metrics of each epoch, their curves.

last.pt         network, average, optimiser and step
metrics.jsonl   one line an epoch
curves.png      the same as a picture
"""

import json
import os
from pathlib import Path
from typing import Any

import torch

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.training.tensors import device

Line = dict[str, float]


class RunFolder:
    """The files of one run; a reader never sees half of one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._checkpoint = path / "last.pt"
        self._metrics = path / "metrics.jsonl"
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"cannot write to {path}: {error.strerror}") from error

    def save(self, state: dict[str, Any]) -> None:
        """Write the checkpoint."""
        partial = self._checkpoint.with_suffix(".part")
        torch.save(state, partial)
        os.replace(partial, self._checkpoint)

    def load(self) -> dict[str, Any] | None:
        """Return the checkpoint, None where there is none yet."""
        if not self._checkpoint.exists():
            return None
        try:
            state: dict[str, Any] = torch.load(
                self._checkpoint, map_location=device(), weights_only=True
            )
        except Exception as error:  # torch's errors have no common base
            raise ConfigurationError(f"{self._checkpoint}: not a checkpoint: {error}") from error
        return state

    def add_metrics(self, line: Line) -> list[Line]:
        """Append an epoch's line, in place of any of the same or a later step; return all."""
        lines = [m for m in self.metrics() if m["step"] < line["step"]] + [line]
        partial = self._metrics.with_suffix(".part")
        partial.write_text("".join(json.dumps(m) + "\n" for m in lines), encoding="utf-8")
        os.replace(partial, self._metrics)
        return lines

    def metrics(self) -> list[Line]:
        """Return the lines of all epochs."""
        if not self._metrics.exists():
            return []
        return [json.loads(line) for line in self._metrics.read_text("utf-8").splitlines()]
