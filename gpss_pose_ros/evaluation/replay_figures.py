"""The figures of a replay's report."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from gpss_pose_ros.evaluation.ankles import AnkleErrors
from gpss_pose_ros.evaluation.quantile import quantile
from gpss_pose_ros.evaluation.replay_record import ReplayRecord
from gpss_pose_ros.reporting import Figure

INFERENCE = "inference"


def replay_figures(
    record: ReplayRecord, reprojection_px: Sequence[float], ankles: AnkleErrors | None
) -> tuple[Figure, ...]:
    """Return the figures in the order of the report; those without data have no value."""
    inference = [s.stages_ms.get(INFERENCE, 0.0) for s in record.results.values()]
    ages = [s.age_ms for s in record.results.values()]
    figures = [
        Figure("delivered_fraction", delivered_fraction(record), "1", at_least=0.995),
        Figure("sets_published", len(record.footage_ns), "1"),
        Figure("sets_processed", len(record.results), "1"),
        Figure("inference_ms_p50", quantile(inference, 0.5), "ms"),
        Figure("overhead_ratio", _overhead_ratio(record), "1", at_most=0.4),
        Figure("age_ms_p50", quantile(ages, 0.5), "ms"),
        Figure("age_ms_p95", quantile(ages, 0.95), "ms"),
        Figure("reprojection_px_median", quantile(reprojection_px, 0.5), "px", at_most=18.0),
    ]
    if ankles is not None:
        figures += _ankle_figures(ankles)
    return (*figures, Figure("rss_mb", sum(record.memory_mb.values()) or None, "MB"))


def stage_table(record: ReplayRecord) -> str:
    """Return the time of each stage as text, p50 and p95 in [ms]."""
    return stages_table(result.stages_ms for result in record.results.values())


def stages_table(sets_ms: Iterable[Mapping[str, float]]) -> str:
    """Return the same from the times by stage of each set, in [ms]."""
    stages: dict[str, list[float]] = {}
    for stages_ms in sets_ms:
        for stage, duration in stages_ms.items():
            stages.setdefault(stage, []).append(duration)
    rows = [f"{'stage':<12} {'p50 ms':>8} {'p95 ms':>8}"]
    for stage, durations in stages.items():
        p50, p95 = np.quantile(durations, [0.5, 0.95])
        rows.append(f"{stage:<12} {p50:8.1f} {p95:8.1f}")
    return "\n".join(rows)


def fate_lines(record: ReplayRecord) -> list[str]:
    """Return what became of the sets and images, dropped ones with the reason."""
    counts = record.counts
    drops = {
        "images late": counts.get("late", 0),
        "images superseded by a newer set": counts.get("superseded", 0),
        "images from the future": counts.get("future", 0),
        "images twice": counts.get("duplicate", 0),
        "images before a jump back": counts.get("restart", 0),
        "sets replaced by a newer one while busy": counts.get("replaced", 0),
        "sets without a usable image": counts.get("unusable", 0),
        "results older than allowed": counts.get("expired", 0),
    }
    lines = [
        f"sets published {len(record.footage_ns)}, grouped {counts.get('sets', 0)}"
        f" (complete {counts.get('complete', 0)}), processed {counts.get('processed', 0)},"
        f" heard {len(record.results)}",
        "dropped: " + (_listed(drops) or "nothing"),
        f"cycles without an image set: {record.idle_cycles}",
    ]
    people = [sum(p.seen for p in r.persons) for r in record.results.values()]
    if people:
        sizes, sets = np.unique(people, return_counts=True)
        pairs = zip(sizes.tolist(), sets.tolist(), strict=True)
        lines.append("people seen per set: " + _listed({f"{n} people in": s for n, s in pairs}))
    return lines


def ankle_lines(ankles: AnkleErrors) -> list[str]:
    """Return the ankle errors of each camera alone, of all fused on the floor, and triangulated."""
    rows = {f"{camera} alone, floor": errors for camera, errors in sorted(ankles.by_camera.items())}
    rows["all fused, floor"] = ankles.floor
    rows["all fused, floor, horizontal part"] = ankles.floor_horizontal
    rows["triangulated"] = ankles.triangulated
    return [
        f"  {name:<34} median {quantile(e, 0.5):4.0f}  p95 {quantile(e, 0.95):4.0f} mm"
        f"  of {len(e)} ankles"
        for name, e in rows.items()
        if e
    ]


def _ankle_figures(ankles: AnkleErrors) -> list[Figure]:
    alone = [error for errors in ankles.by_camera.values() for error in errors]
    found = ankles.found_sets / ankles.person_sets if ankles.person_sets else None
    return [
        Figure("person_found_fraction", found, "1"),
        Figure("ankle_mm_median_one_camera", quantile(alone, 0.5), "mm"),
        Figure("ankle_mm_median_floor", quantile(ankles.floor, 0.5), "mm"),
        Figure("ankle_mm_p95_floor", quantile(ankles.floor, 0.95), "mm"),
        Figure(
            "ankle_mm_median_triangulated",
            quantile(ankles.triangulated, 0.5),
            "mm",
            at_most=60.0,
        ),
        Figure("ankle_mm_p95_triangulated", quantile(ankles.triangulated, 0.95), "mm"),
    ]


def delivered_fraction(record: ReplayRecord) -> float | None:
    """Return the images received of those published, None where none was."""
    wanted = len(record.footage_ns) * len(record.received)
    return sum(record.received.values()) / wanted if wanted else None


def _overhead_ratio(record: ReplayRecord) -> float | None:
    """Everything but the networks, over the networks: median over the sets."""
    ratios = [
        (sum(s.stages_ms.values()) - s.stages_ms[INFERENCE]) / s.stages_ms[INFERENCE]
        for s in record.results.values()
        if s.stages_ms.get(INFERENCE)
    ]
    return quantile(ratios, 0.5)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count)
