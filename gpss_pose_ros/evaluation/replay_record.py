"""What came out of a replayed graph, as plain values."""

from dataclasses import dataclass, field

from gpss_pose_ros.types import FloatArray, Side


@dataclass(frozen=True)
class SeenPerson:
    """One camera's observation of one person.

    Attributes:
        camera_id: the camera.
        position_m: (2,) in [m].
        feet_m: by side, (2,) in [m].
        keypoints_px: (K, 2) in [px].
        keypoint_scores: (K,).
    """

    camera_id: str
    position_m: FloatArray
    feet_m: dict[Side, FloatArray]
    keypoints_px: FloatArray
    keypoint_scores: FloatArray


@dataclass(frozen=True)
class PublishedPerson:
    """One person of /gpss/persons.

    Attributes:
        track_id: identity.
        seen: whether seen in this cycle, not merely held.
        position_m: (2,) in [m].
        feet_m: by side, (2,) in [m].
        keypoints_m: (17, 3) in [m], NaN where unknown.
        camera_ids: cameras that saw the person.
    """

    track_id: int
    seen: bool
    position_m: FloatArray
    feet_m: dict[Side, FloatArray]
    keypoints_m: FloatArray
    camera_ids: tuple[str, ...]


@dataclass(frozen=True)
class PublishedSet:
    """One PersonPoseArray that came from an image set.

    Attributes:
        age_ms: from the oldest contributing capture to its arrival at the listener.
        stages_ms: time by stage.
        persons: everybody in it.
    """

    age_ms: float
    stages_ms: dict[str, float]
    persons: tuple[PublishedPerson, ...]


@dataclass
class ReplayRecord:
    """Everything heard while a recording was replayed; keys are capture stamps in [ns].

    Attributes:
        footage_ns: time in the footage that a set stands for.
        results: what was published of a set.
        observations: what each camera saw of a set.
        idle_cycles: messages published without an image set.
        counts: the pipeline's counters.
        received: images received, by camera.
        memory_mb: largest resident memory of each node, in [MB].
    """

    footage_ns: dict[int, int] = field(default_factory=dict)
    results: dict[int, PublishedSet] = field(default_factory=dict)
    observations: dict[int, tuple[SeenPerson, ...]] = field(default_factory=dict)
    idle_cycles: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    memory_mb: dict[str, float] = field(default_factory=dict)
