"""Writes simulated footage to disk, as `recordings.recording` reads it."""

from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from gpss_pose_ros.recordings.write import write_recording
from gpss_pose_ros.simulation.footage import Footage
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.types import ImageArray


def record_footage(directory: Path, world: World, rate_hz: float, duration_s: float) -> None:
    """Write calibration and videos of all cameras; RecordingError where that is impossible."""
    footage = Footage(world, rate_hz)
    names = tuple(footage.factory.cameras)

    def sets() -> Iterator[dict[str, ImageArray]]:
        for index in tqdm(range(round(duration_s * rate_hz)), unit="set"):
            yield {name: footage.view(name, index).pixels for name in names}

    write_recording(directory, world.cameras, rate_hz, sets())
