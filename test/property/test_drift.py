"""Laws of the equations by which cameras are compared, whoever is seen from wherever."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.fusion.drift_equations import motion_equations
from gpss_pose_ros.fusion.drift_explanation import MotionProblem
from gpss_pose_ros.fusion.drift_points import PointViews, moved
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform

MODEL = CameraModel(
    [[900.0, 0.0, 640.0], [0.0, 900.0, 360.0], [0.0, 0.0, 1.0]],
    np.zeros(5),
    "plumb_bob",
    (1280, 720),
)
PLACES = [(6.0, 5.0, 4.0), (6.0, -5.0, 3.0), (-6.0, -5.0, 4.0), (-6.0, 5.0, 3.5)]
LOOSE = np.repeat([0.5, 0.1], 3)
TIGHT = np.repeat([0.01, 0.002], 3)
seeds = st.integers(0, 2**32 - 1)
twists = st.lists(st.floats(-1.0, 1.0), min_size=6, max_size=6).map(
    lambda values: np.array(values) * np.repeat([0.02, 0.005], 3)
)


def looking_at_the_middle(position):
    z = np.array([0.0, 0.0, 0.8]) - position
    z /= np.linalg.norm(z)
    x = np.cross(z, [0.0, 0.0, 1.0])
    x /= np.linalg.norm(x)
    rotation = np.column_stack([x, np.cross(z, x), z])
    return Camera("camera", MODEL, Transform(rotation, np.array(position)))


CAMERAS = tuple(looking_at_the_middle(np.array(place)) for place in PLACES)


def crowd(seed, people=12, points=6):
    """(people * points, 3) in a hall, and whose each is."""
    rng = np.random.default_rng(seed)
    places = rng.uniform([-4, -3, 0.9], [4, 3, 0.9], (people, 1, 3))
    joints = places + rng.uniform(-0.9, 0.9, (people, points, 3)) * [0.3, 0.3, 1.0]
    return joints.reshape(-1, 3), np.repeat(np.arange(people), points)


def views(believed, true, points_m, person):
    pixels = np.stack([camera.project(points_m) for camera in true])
    on_floor = np.zeros(len(points_m), dtype=bool)
    return PointViews(tuple(believed), pixels, np.full(pixels.shape[:2], 3.0), person, on_floor)


def said(true, seed, believed=CAMERAS):
    points_m, person = crowd(seed)
    return motion_equations(views(believed, true, points_m, person), np.ones(12), 4.0)


def knocked(index, twist):
    return [moved(c, twist) if i == index else c for i, c in enumerate(CAMERAS)]


def problem(equations, significance=15.0):
    count = len(equations.b) // 6
    return MotionProblem(
        equations.N,
        equations.b,
        np.zeros(6 * count),
        np.diag(np.tile(TIGHT**2, count)),
        LOOSE,
        significance,
    )


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(0, 3), twists)
def test_the_motion_of_one_camera_solves_its_equations(seed, index, twist):
    equations = said(knocked(index, twist), seed)
    own = slice(6 * index, 6 * index + 6)
    found = np.linalg.solve(equations.N[own, own], equations.b[own])
    np.testing.assert_allclose(found[:3], twist[:3], atol=2e-3)
    np.testing.assert_allclose(found[3:], twist[3:], atol=5e-4)


@settings(deadline=None, max_examples=30)
@given(seeds, twists)
def test_cameras_that_move_together_do_not_differ(seed, twist):
    """What all see in common is in no image: the equations must not pretend to know it."""
    equations = said(CAMERAS, seed)
    centre = np.zeros(3)
    common = np.concatenate(
        [
            np.concatenate([twist[:3] + np.cross(twist[3:], c.position_m - centre), twist[3:]])
            for c in CAMERAS
        ]
    )
    scale = np.abs(equations.N).max()
    assert np.abs(equations.N @ common).max() <= 1e-9 * scale
    assert np.abs(equations.b).max() <= 1e-9 * scale
    assert np.linalg.eigvalsh(equations.N).min() >= -1e-9 * scale


@settings(deadline=None, max_examples=30)
@given(seeds, st.randoms(use_true_random=False), twists)
def test_people_and_cameras_in_any_order_say_the_same(seed, random, twist):
    true = knocked(1, twist)
    points_m, person = crowd(seed)
    rank = list(range(12))
    random.shuffle(rank)
    order = np.argsort(np.array(rank)[person], kind="stable")
    cameras = list(range(4))
    random.shuffle(cameras)
    one = motion_equations(views(CAMERAS, true, points_m, person), np.ones(12), 4.0)
    other = motion_equations(
        views(
            [CAMERAS[c] for c in cameras],
            [true[c] for c in cameras],
            points_m[order],
            np.array(rank)[person][order],
        ),
        np.ones(12),
        4.0,
    )
    at = np.concatenate([np.arange(6 * c, 6 * c + 6) for c in cameras])
    np.testing.assert_allclose(other.N, one.N[np.ix_(at, at)], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(other.b, one.b[at], rtol=1e-6, atol=1e-6)


@settings(deadline=None, max_examples=30)
@given(seeds, st.floats(-3.0, 3.0), st.floats(-20.0, 20.0), twists)
def test_it_does_not_matter_where_the_factory_frame_lies(seed, angle, shift, twist):
    """Motions turn with the frame; how likely they are stays."""
    turn = Transform.from_rotation_vector([0.0, 0.0, angle], [shift, -shift, 0.0])
    true = knocked(2, twist)
    points_m, person = crowd(seed)
    placed = [
        [Camera(c.camera_id, c.model, turn @ c.factory_from_camera) for c in cameras]
        for cameras in (CAMERAS, true)
    ]
    here = problem(motion_equations(views(CAMERAS, true, points_m, person), np.ones(12), 4.0))
    there = problem(
        motion_equations(views(*placed, turn.apply(points_m), person), np.ones(12), 4.0)
    )
    np.testing.assert_allclose(there.gains([]), here.gains([]), rtol=1e-4, atol=1e-4)
    a, b = here.explain(), there.explain()
    assert a.moved == b.moved
    for part in (slice(0, 3), slice(3, 6)):
        np.testing.assert_allclose(
            b.twists[:, part], a.twists[:, part] @ turn.rotation.T, atol=1e-5
        )


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(0, 3), twists)
def test_more_evidence_makes_no_camera_less_certain(seed, index, twist):
    first, second = said(knocked(index, twist), seed), said(knocked(index, twist), seed + 1)
    few = problem(first, np.inf).explain()
    both = type(first)(first.N + second.N, first.b + second.b, first.seen)
    many = problem(both, np.inf).explain()
    assert (many.sigmas <= few.sigmas * (1.0 + 1e-6)).all()
    assert (few.sigmas <= np.tile(TIGHT, (4, 1)) * (1.0 + 1e-6)).all()


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(0, 3), st.integers(3, 5), st.sampled_from([-1.0, 1.0]))
def test_the_camera_that_turned_two_degrees_explains_most(seed, index, axis, sign):
    twist = sign * np.radians(2.0) * np.eye(6)[axis]
    explanation = problem(said(knocked(index, twist), seed)).explain()
    assert explanation.moved[0] == index
    assert not explanation.rivals[0]


@settings(deadline=None, max_examples=20)
@given(seeds, st.integers(0, 3))
def test_points_that_are_nowhere_say_nothing(seed, index):
    points_m, person = crowd(seed)
    seen = views(CAMERAS, CAMERAS, points_m, person)
    seen.pixels_px[[c for c in range(4) if c != index]] = np.nan
    equations = motion_equations(seen, np.ones(12), 4.0)
    assert not equations.N.any()
    assert not equations.b.any()
    assert not equations.seen.any()
    assert problem(equations).explain().moved == ()


def test_nobody_says_nothing():
    points_m, person = crowd(0)
    seen = views(CAMERAS, CAMERAS, points_m[:0], person[:0])
    assert not motion_equations(seen, np.ones(0), 4.0).N.any()
