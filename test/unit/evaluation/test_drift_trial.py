"""The trial of the drift monitor: people walk, one camera is knocked, and somebody is accused."""

import numpy as np

from gpss_pose_ros.evaluation.crowd_detections import DetectionErrors, synthetic_poses
from gpss_pose_ros.evaluation.crowd_sight import sight
from gpss_pose_ros.evaluation.crowd_walkers import ceiling_cameras, walking_crowd
from gpss_pose_ros.evaluation.drift_trial import (
    KNOCKS,
    Trial,
    Trials,
    drift_figures,
    drift_trials,
    trials_table,
)
from gpss_pose_ros.fusion.drift_points import moved
from gpss_pose_ros.fusion.observe import ObservationSettings, observe
from gpss_pose_ros.perception.skeleton import COCO17_FEET

REST_S, WATCHED_S = 40, 30
SHIFT, TURN = KNOCKS[0], KNOCKS[3]


def seen_by(cameras, crowd, believed, seed):
    """What is seen each second by cameras where they are, placed by where they are believed."""
    errors, rng = DetectionErrors(keypoint_sigma=0.02), np.random.default_rng(seed)
    poses = {c: synthetic_poses(sight(crowd, cameras[c]), errors, rng) for c in cameras}
    return [
        {
            c: observe(believed[c], stamp, of[t], COCO17_FEET, ObservationSettings()).observations
            for c, of in poses.items()
        }
        for t, stamp in enumerate(crowd.stamps_ns.tolist())
    ]


def watched_hall(seed):
    """Cameras, what they see at rest, and what they would see had each been turned."""
    crowd = walking_crowd(6, 7.0, np.arange(1, REST_S + WATCHED_S + 1) * 10**9, seed)
    cameras = ceiling_cameras(4, 7.0)
    turned = {name: moved(camera, TURN.twist) for name, camera in cameras.items()}
    rest, knocked = (seen_by(where, crowd, cameras, 3) for where in (cameras, turned))
    return cameras, rest, knocked[REST_S:]


def test_every_camera_that_is_turned_is_named_and_no_other():
    after_s = []
    for seed in (2, 3, 4):
        cameras, rest, turned = watched_hall(seed)
        trials = drift_trials(cameras, rest, {TURN: turned})
        assert [trial.camera_id for trial in trials.trials] == list(cameras)
        assert all(trial.named and not trial.innocent for trial in trials.trials)
        assert trials.suspected_at_rest_s == 0
        after_s += [trial.after_s for trial in trials.trials]
    assert all(1 <= seconds <= 25 for seconds in after_s)
    assert np.median(after_s) <= 15


def test_where_nothing_moves_nobody_is_accused():
    cameras, rest, _ = watched_hall(2)
    trials = drift_trials(cameras, rest, {SHIFT: rest[REST_S:]})
    assert [trial.after_s for trial in trials.trials] == [None] * len(cameras)
    assert not any(trial.named or trial.innocent for trial in trials.trials)


def test_figures_tell_knocks_that_nobody_noticed_and_cameras_accused_for_nothing():
    trials = Trials(
        (
            Trial("a", SHIFT, 30, True, ()),
            Trial("b", SHIFT, None, False, ("a",)),
            Trial("a", TURN, 3, True, ()),
            Trial("b", TURN, 5, False, ()),
        ),
        7,
    )
    figures = {figure.name: figure for figure in drift_figures(trials)}
    assert {name: figure.value for name, figure in figures.items()} == {
        "reported_5cm": 0.5, "seconds_5cm_median": 30, "seconds_5cm_worst": 30,
        "reported_2deg": 1.0, "seconds_2deg_median": 4, "seconds_2deg_worst": 5,
        "named_alone": 0.5, "innocent_accused": 1, "suspected_at_rest_s": 7,
    }  # fmt: skip
    missed = {name for name, figure in figures.items() if not figure.reached}
    assert missed == {"reported_5cm", "innocent_accused", "suspected_at_rest_s"}
    lines = [line.split() for line in trials_table(trials)]
    assert lines == [
        ["knocked", "a", "b"],
        ["5cm", "x", "30", "s", "-"],
        ["2deg", "x", "3", "s", "5", "s"],
    ]
