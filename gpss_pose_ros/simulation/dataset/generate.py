"""Fills a dataset's folder, by as many processes as wanted, from where it was left."""

import json
import multiprocessing
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import cv2
from tqdm import tqdm

from gpss_pose_ros.errors import GpssError
from gpss_pose_ros.simulation.dataset.coco import Record
from gpss_pose_ros.simulation.dataset.folder import SplitFolder, claim, replace_file
from gpss_pose_ros.simulation.dataset.settings import SPLITS, DatasetSettings
from gpss_pose_ros.simulation.dataset.splits import world_number
from gpss_pose_ros.simulation.dataset.studio import Studio

_COCO_EVERY = 500
"""Images between two rewrites of a COCO file; it is also written when its split is done."""


@dataclass(frozen=True)
class Task:
    """The images still to be taken in one world.

    Attributes:
        split: "train", "val" or "test".
        world: number of the world.
        indices: of the images within the split.
    """

    split: str
    world: int
    indices: tuple[int, ...]


def generate(root: Path, settings: DatasetSettings, seed: int, workers: int) -> None:
    """Take all images of a dataset that are not in its folder yet.

    Args:
        root: the dataset's folder.
        settings: what the dataset is made of.
        seed: another seed is another dataset.
        workers: processes; 1 works in this one.

    Raises:
        ConfigurationError: the folder holds another dataset.
        GpssError: a worker died.
    """
    claim(root, _identity(settings, seed))
    folders = {split: SplitFolder(root, split) for split in SPLITS}
    tasks = [task for split in SPLITS for task in _tasks(split, folders[split], settings)]
    unwritten = dict.fromkeys(SPLITS, 0)
    waiting = Counter(task.split for task in tasks)
    try:
        with tqdm(total=sum(len(task.indices) for task in tasks), unit="image") as bar:
            for task, records in _taken(tasks, root, settings, seed, workers):
                folders[task.split].add(records)
                bar.update(len(records))
                unwritten[task.split] += len(records)
                waiting[task.split] -= 1
                if unwritten[task.split] >= _COCO_EVERY or not waiting[task.split]:
                    folders[task.split].write_coco()
                    unwritten[task.split] = 0
    finally:
        for folder in folders.values():
            folder.write_coco()


def take(task: Task, root: Path, settings: DatasetSettings, seed: int) -> list[Record]:
    """Take and write the images of one world; return their records."""
    images = root / task.split / "images"
    records = []
    with Studio(settings, seed, task.split, task.world) as studio:
        for index in task.indices:
            jpeg, record = studio.take(index)
            replace_file(images / record["image"]["file_name"], jpeg)
            records.append(record)
    return records


def _tasks(split: str, folder: SplitFolder, settings: DatasetSettings) -> list[Task]:
    def world(index: int) -> int:
        return world_number(split, index, settings.images_per_world)

    missing = folder.missing(settings.images[split])
    return [Task(split, number, tuple(group)) for number, group in groupby(missing, world)]


def _taken(
    tasks: list[Task], root: Path, settings: DatasetSettings, seed: int, workers: int
) -> Iterator[tuple[Task, list[Record]]]:
    """Yield every task with its records as it is done."""
    if workers == 1:
        yield from ((task, take(task, root, settings, seed)) for task in tasks)
        return
    # A fresh process each: an OpenGL context does not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start_worker) as pool:
        futures: dict[Future[list[Record]], Task] = {
            pool.submit(take, task, root, settings, seed): task for task in tasks
        }
        try:
            yield from ((futures[done], done.result()) for done in as_completed(futures))
        except BrokenProcessPool as error:
            raise GpssError("a worker of the dataset died (out of memory?): run again") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _start_worker() -> None:
    """One core a worker; Ctrl-C is for the parent, which lets a world end."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _identity(settings: DatasetSettings, seed: int) -> str:
    """What tells one dataset from another, as YAML; how many images there are does not."""
    content = {"seed": seed, **asdict(settings)}
    del content["images"]
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in content.items())
