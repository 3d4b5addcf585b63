"""The thread that computes: takes the newest set, runs the pipeline, hands out the outcome.

Inference never runs on the executor's thread. This thread alone owns the pipeline and publishes
what comes out of it; should it stall, receivers hear nothing, which they must treat as a fault.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.mailbox import Mailbox
from gpss_pose_ros.nodes.camera_feed import CameraError, CameraFeed
from gpss_pose_ros.pipeline import Pipeline, Sighting
from gpss_pose_ros.stopwatch import Stopwatch
from gpss_pose_ros.sync import MatchedSet
from gpss_pose_ros.types import Image, ImageSet, Track


@dataclass(frozen=True)
class Parcel:
    """A set of image messages on its way to the worker, and what receiving it cost in [ns]."""

    matched: MatchedSet
    receive_ns: int


@dataclass(frozen=True)
class Cycle:
    """What one cycle of the worker came to.

    Attributes:
        tracks: every person known.
        sighting: what the cameras saw in this cycle, None when no image set was processed.
        missing: cameras that contributed nothing to this cycle.
        track_ids: as whom each observation of the sighting is followed; None: as nobody.
        stages_ns: time by stage, empty when no set was processed.
    """

    tracks: tuple[Track, ...]
    sighting: Sighting | None
    missing: tuple[str, ...]
    track_ids: tuple[int | None, ...] = ()
    stages_ns: dict[str, int] = field(default_factory=dict)


class PoseWorker:
    """Runs cycles until stopped: one per image set, and one per heartbeat without any.

    `counts`: processed, unusable (no image of the set could be used), expired (older than
    max_age_s when ready).
    """

    def __init__(
        self,
        pipeline: Pipeline,
        feeds: Mapping[str, CameraFeed],
        publish: Callable[[Cycle], None],
        clock_ns: Callable[[], int],
        *,
        heartbeat_s: float,
        max_age_s: float,
        on_error: Callable[[BaseException], None],
    ) -> None:
        self.mailbox: Mailbox[Parcel] = Mailbox()
        self.counts: Counter[str] = Counter()
        self._pipeline, self._feeds, self._publish = pipeline, feeds, publish
        self._clock_ns, self._on_error = clock_ns, on_error
        self._heartbeat_s, self._max_age_ns = heartbeat_s, max_age_s * 1e9
        self._thread = threading.Thread(target=self._run, name="pose_worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the current cycle and end."""
        self.mailbox.close()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self.mailbox.closed:
                parcel = self.mailbox.take(self._heartbeat_s)
                self._publish(self._idle() if parcel is None else self._cycle(parcel))
        except BaseException as error:  # a dead worker must not look like an empty floor
            self._on_error(error)

    def _idle(self, missing: tuple[str, ...] | None = None) -> Cycle:
        held = self._pipeline.fusion.tracker.held(self._clock_ns())
        return Cycle(held, None, tuple(self._feeds) if missing is None else missing)

    def _cycle(self, parcel: Parcel) -> Cycle:
        watch = Stopwatch()
        watch.add("receive", parcel.receive_ns)
        with watch.stage("convert"):
            images, cameras = self._usable(parcel.matched)
        missing = tuple(name for name in self._feeds if name not in cameras)
        if not images:
            self.counts["unusable"] += 1
            return self._idle(missing)
        sighting = self._pipeline.look(ImageSet(images, missing), cameras)
        if self._clock_ns() - sighting.images.stamp_ns > self._max_age_ns:
            self.counts["expired"] += 1  # before it changes any track
            return self._idle()
        result = self._pipeline.follow(sighting)
        self.counts["processed"] += 1
        stages_ns = {**watch.stages_ns, **result.stages_ns}
        return Cycle(result.tracks, sighting, missing, result.track_ids, stages_ns)

    def _usable(self, matched: MatchedSet) -> tuple[tuple[Image, ...], dict[str, Camera]]:
        images, cameras = [], {}
        for camera_id, message in matched.items.items():
            try:
                image, camera = self._feeds[camera_id].look_at(message)
            except CameraError:
                continue  # it is in the camera's status
            images.append(image)
            cameras[camera_id] = camera
        return tuple(images), cameras
