"""How many image sets a second the whole pipeline takes, from pixels to tracks, without ROS."""

import itertools
import time
from dataclasses import dataclass, field

from gpss_pose_ros.evaluation.quantile import quantile
from gpss_pose_ros.perception.detector import Detector
from gpss_pose_ros.pipeline import Pipeline
from gpss_pose_ros.recordings.recording import Recording
from gpss_pose_ros.reporting import Figure
from gpss_pose_ros.types import Image, ImageSet, TrackStatus

_WARM_UP_SETS = 3  # engines allocate and choose their kernels at first
_SEEN = (TrackStatus.TENTATIVE, TrackStatus.CONFIRMED)


@dataclass
class PipelineRun:
    """Wall-clock times of the sets of one run, in [ms], decoding of videos excluded.

    Attributes:
        sets_ms: of each set.
        stages_ms: of each set by stage.
        reference_ms: of the reference detector alone on the same images.
        persons: seen in each set.
    """

    sets_ms: list[float] = field(default_factory=list)
    stages_ms: list[dict[str, float]] = field(default_factory=list)
    reference_ms: list[float] = field(default_factory=list)
    persons: list[int] = field(default_factory=list)


def run_pipeline(
    pipeline: Pipeline, recording: Recording, sets: int, reference: Detector | None = None
) -> PipelineRun:
    """Process the first sets of a recording; the first few, to warm up, are not measured.

    Args:
        pipeline: as it runs in pose_node.
        recording: with as many cameras as are to be measured.
        sets: to measure; a shorter recording gives fewer.
        reference: a detector to run alone on the same images, in turn with the pipeline, so that
            both meet the same machine in the same state.
    """
    cameras = {c.camera.camera_id: c.camera for c in recording.cameras}
    run = PipelineRun()
    for k, images in enumerate(itertools.islice(recording.image_sets(), sets + _WARM_UP_SETS)):
        stamp_ns = round(k / recording.rate_hz * 1e9)
        image_set = ImageSet(tuple(Image(name, stamp_ns, p) for name, p in images.items()))
        started_ns = time.perf_counter_ns()
        result = pipeline.process(image_set, cameras)
        processed_ns = time.perf_counter_ns()
        if reference is not None:
            reference.detect(list(images.values()))
        ended_ns = time.perf_counter_ns()
        if k < _WARM_UP_SETS:
            continue
        run.sets_ms.append((processed_ns - started_ns) / 1e6)
        run.stages_ms.append({stage: ns / 1e6 for stage, ns in result.stages_ns.items()})
        run.persons.append(sum(track.status in _SEEN for track in result.tracks))
        if reference is not None:
            run.reference_ms.append((ended_ns - processed_ns) / 1e6)
    return run


def speed_figures(run: PipelineRun) -> tuple[Figure, ...]:
    """Return sets per second, and how that compares with the reference on the same machine."""
    per_second, reference = _per_second(run.sets_ms), _per_second(run.reference_ms)
    ratio = per_second / reference if per_second and reference else None
    return (
        Figure("sets_per_second", per_second, "1/s", at_least=10.0),
        Figure("set_ms_p50", quantile(run.sets_ms, 0.5), "ms"),
        Figure("set_ms_p95", quantile(run.sets_ms, 0.95), "ms"),
        Figure("reference_sets_per_second", reference, "1/s"),
        Figure("speed_over_reference", ratio, "1"),
        Figure("sets", float(len(run.sets_ms)), "1"),
        Figure("persons_per_set", _mean(run.persons), "1"),
    )


def _per_second(durations_ms: list[float]) -> float | None:
    return 1e3 * len(durations_ms) / sum(durations_ms) if durations_ms else None


def _mean(counts: list[int]) -> float | None:
    return sum(counts) / len(counts) if counts else None
