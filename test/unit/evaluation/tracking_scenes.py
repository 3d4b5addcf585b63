"""People who walk about, and a tracker that makes every mistake there is."""

import numpy as np

from gpss_pose_ros.evaluation.floor_frame import FloorFrame

_FRAME_NS = 100_000_000


def frame(number, persons, covariances_m2=None):
    """Return the frame of {identity: (x, y)}."""
    positions = np.array(list(persons.values()), dtype=np.float64).reshape(-1, 2)
    return FloorFrame(
        number * _FRAME_NS, np.array(list(persons), dtype=int), positions, covariances_m2
    )


def frames(*persons):
    """Return a frame for each {identity: (x, y)}."""
    return [frame(number, here) for number, here in enumerate(persons)]


def random_run(seed, most_frames=40, most_people=6):
    """Return truth and output with births, deaths, switches, misses, inventions, empty frames."""
    rng = np.random.default_rng(seed)
    count, people = int(rng.integers(1, most_frames + 1)), int(rng.integers(0, most_people + 1))
    noise_m = rng.choice([0.05, 0.2, 0.4])
    paths = rng.uniform(0.0, 4.0, (people, 2)) + np.cumsum(
        rng.normal(0.0, 0.15, (count, people, 2)), axis=0
    )
    born = rng.integers(0, count, people) * (rng.random(people) < 0.5)
    gone = born + rng.integers(1, count + 1, people)
    track_of = np.arange(people) + 100
    truth, found = [], []
    for k in range(count):
        nobody_there, nothing_said = rng.random(2) < 0.1
        here = [] if nobody_there else [i for i in range(people) if born[i] <= k < gone[i]]
        if people and rng.random() < 0.3:
            _mix_up(track_of, rng)
        said = [i for i in here if rng.random() > 0.15 and not nothing_said]
        output = {int(track_of[i]): paths[k, i] + rng.normal(0.0, noise_m, 2) for i in said}
        if rng.random() < 0.2:
            output[int(rng.integers(900, 903))] = rng.uniform(0.0, 4.0, 2)
        truth.append({i: paths[k, i] for i in here})
        found.append(output)
    return frames(*truth), frames(*found)


def _mix_up(track_of, rng):
    """Exchange two tracks, or begin a new one."""
    a, b = rng.integers(0, len(track_of), 2)
    if a == b:
        track_of[a] = track_of.max() + 1
    else:
        track_of[[a, b]] = track_of[[b, a]]
