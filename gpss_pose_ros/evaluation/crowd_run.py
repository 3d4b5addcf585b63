"""A crowd seen by some cameras, through the whole pipeline but the networks, beside the truth."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gpss_pose_ros.evaluation.crowd import Crowd
from gpss_pose_ros.evaluation.crowd_detections import (
    DetectionErrors,
    SyntheticEyes,
    synthetic_poses,
)
from gpss_pose_ros.evaluation.crowd_sight import Sight
from gpss_pose_ros.evaluation.person_record import (
    FoundInstant,
    FoundPerson,
    TrueInstant,
    TruePerson,
    TrueView,
)
from gpss_pose_ros.fusion.floor_fusion import FusionSettings
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.pipeline import Pipeline
from gpss_pose_ros.types import Image, ImageSet, Side, Track, TrackStatus

_NO_PIXELS = np.zeros((1, 1, 3), dtype=np.uint8)


@dataclass
class CrowdRun:
    """What the pipeline made of a crowd.

    Attributes:
        tracks: by capture stamp in [ns].
        observations: of every instant, persons placed on the floor, added up over the cameras.
        fusion_ms: of every instant, processor time from floor observations to tracks, in [ms];
            what else runs on the machine does not count.
    """

    tracks: dict[int, tuple[Track, ...]] = field(default_factory=dict)
    observations: list[int] = field(default_factory=list)
    fusion_ms: list[float] = field(default_factory=list)


def run_crowd(
    stamps_ns: Iterable[int],
    sights: Sequence[Sight],
    cameras: Mapping[str, Camera],
    errors: DetectionErrors,
    rng: np.random.Generator,
    settings: FusionSettings | None = None,
) -> CrowdRun:
    """Follow a crowd.

    Args:
        stamps_ns: (T,) of the instants; a progress bar may be wrapped about them.
        sights: what each camera truly sees.
        cameras: by camera_id, where the pipeline believes them to be.
        errors: of the detections.
        rng: source of the errors.
        settings: of the pipeline; its defaults if None.
    """
    eyes = SyntheticEyes()
    pipeline = Pipeline(eyes, eyes, settings or FusionSettings())
    seen = [synthetic_poses(sight, errors, rng) for sight in sights]
    names = [sight.camera.camera_id for sight in sights]
    run = CrowdRun()
    for stamp, *poses in zip(stamps_ns, *seen, strict=True):
        stamp_ns = int(stamp)
        eyes.show(poses)
        images = ImageSet(tuple(Image(name, stamp_ns, _NO_PIXELS) for name in names))
        sighting = pipeline.look(images, cameras)
        started_ns = time.process_time_ns()
        run.tracks[stamp_ns] = pipeline.follow(sighting).tracks
        run.fusion_ms.append((time.process_time_ns() - started_ns) / 1e6)
        run.observations.append(len(sighting.observations))
    return run


def true_instants(crowd: Crowd, sights: Sequence[Sight]) -> list[TrueInstant]:
    """Return who is there at every instant, and what each camera shows of them."""
    feet, fractions = ([getattr(s, what) for s in sights] for what in ("both_feet", "fractions"))
    names = [sight.camera.camera_id for sight in sights]
    instants = []
    for t, stamp in enumerate(crowd.stamps_ns):
        persons = tuple(
            TruePerson(
                person,
                {side: crowd.soles_m[t, person, i, :2] for i, side in enumerate(Side)},
                {
                    name: TrueView(bool(both[t, person]), float(fraction[t, person]))
                    for name, both, fraction in zip(names, feet, fractions, strict=True)
                },
                crowd.keypoints_m[t, person],
            )
            for person in range(crowd.keypoints_m.shape[1])
        )
        instants.append(TrueInstant(int(stamp), persons))
    return instants


def found_instants(run: CrowdRun) -> list[FoundInstant]:
    """Return who was reported at every instant."""
    return [
        FoundInstant(
            stamp_ns,
            tuple(
                FoundPerson(
                    t.track_id,
                    t.status,
                    t.position_m,
                    t.feet,
                    t.keypoints_m,
                    t.camera_ids,
                    t.covariance[:2, :2],
                )
                for t in tracks
                if t.status is not TrackStatus.LOST
            ),
        )
        for stamp_ns, tracks in run.tracks.items()
    ]


def turned(camera: Camera, angle_rad: float, rng: np.random.Generator) -> Camera:
    """Return a camera whose calibration is wrong by an angle about some axis through it."""
    axis = rng.standard_normal(3)
    turn = Transform.from_rotation_vector(axis / np.linalg.norm(axis) * angle_rad, np.zeros(3))
    rotation = turn.rotation @ camera.factory_from_camera.rotation
    return Camera(camera.camera_id, camera.model, Transform(rotation, camera.position_m))
