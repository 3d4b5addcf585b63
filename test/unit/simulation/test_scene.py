"""Scenes are drawn for real, by software OpenGL: a few small ones, shared by the tests."""

import gc

import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import InputError, SetupError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.simulation.aim import aimed
from gpss_pose_ros.simulation.body import load_bodies
from gpss_pose_ros.simulation.body_pose import BodyPose, rest_pose, skin_m
from gpss_pose_ros.simulation.motion.prop import prop_at
from gpss_pose_ros.simulation.outfit import random_outfit
from gpss_pose_ros.simulation.state import PersonState, RobotState
from gpss_pose_ros.simulation.truth import HIDDEN, OUTSIDE, VISIBLE
from gpss_pose_ros.simulation.world import Obstacle, RobotPlan, World
from gpss_pose_ros.types import Side

K = np.array([[330.0, 0.0, 150.0], [0.0, 330.0, 125.0], [0.0, 0.0, 1.0]])
MODEL = CameraModel(K, np.array([-0.2, 0.05, 0.001, 0.0]), "plumb_bob", (320, 240))
FRONT = Camera("front", MODEL, aimed((4.0, 0.0, 1.4), (0.0, 0.0, 0.9)))
ABOVE = Camera("above", MODEL, aimed((0.0, 0.0, 5.0), (0.0, 0.0, 0.0)))
WORLD = World(
    seed=3,
    floor_size_m=(8.0, 8.0),
    obstacles=(Obstacle("wall", 0.0, 3.0, 0.0, (2.0, 0.1, 1.0)),),
    robots=(RobotPlan("atr", "amr", ((0.0, -2.0), (2.0, -2.0), (2.0, -3.0)), 1.0),),
)


@pytest.fixture(scope="module")
def scene():
    from gpss_pose_ros.simulation.model import Member
    from gpss_pose_ros.simulation.scene import Scene

    rng = np.random.default_rng(0)
    try:
        scene = Scene(WORLD, [Member(body, random_outfit(rng)) for body in load_bodies()[:2]])
    except SetupError as error:
        pytest.skip(str(error))
    yield scene
    scene.close()


def person(scene, who: int, x: float, y: float, yaw: float = 0.0) -> PersonState:
    body = scene.cast[who].body
    rest = rest_pose(body)
    c, s = np.cos(yaw), np.sin(yaw)
    rotations = rest.rotations.copy()
    rotations[0] = [[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]
    return PersonState.of(who, body, BodyPose(rest.root_m + np.array([x, y, 0.0]), rotations))


def outline(scene, state: PersonState, camera: Camera) -> np.ndarray:
    """Return where (H, W) a person is nearer than what is behind."""
    scene.show(())
    empty = scene.render(camera).depth_m
    scene.show([state])
    return scene.render(camera).depth_m < empty - 0.01


@pytest.mark.parametrize("camera", [FRONT, ABOVE], ids=["front", "above"])
def test_a_person_is_drawn_within_the_box_of_its_skin(scene, camera):
    state = person(scene, 0, 0.3, -0.2, 1.0)
    rows, columns = np.nonzero(outline(scene, state, camera))
    truth = scene.truth(state, camera, scene.render(camera))

    drawn = [columns.min(), rows.min(), columns.max(), rows.max()]
    np.testing.assert_allclose(truth.box_xyxy_px, drawn, atol=2.5)
    np.testing.assert_allclose(truth.amodal_box_xyxy_px, drawn, atol=2.5)
    assert truth.visible_fraction > 0.9


def test_the_drawn_surface_is_as_deep_as_the_skin(scene):
    state = person(scene, 1, -0.4, 0.5, 2.0)
    drawn = outline(scene, state, FRONT)
    depth = scene.render(FRONT).depth_m
    skin = skin_m(state.body, state.transforms)
    at = np.round(FRONT.project(skin)).astype(int)
    z = FRONT.camera_from_factory.apply(skin)[:, 2]
    nearest = np.full(drawn.shape, np.inf)
    np.minimum.at(nearest, (at[:, 1], at[:, 0]), z)
    both = drawn & np.isfinite(nearest) & (nearest < depth + 0.02)
    assert both.sum() > 300
    assert np.median(np.abs(nearest - depth)[both]) < 0.005


def test_cropping_and_culling_change_no_pixel(scene):
    states = [person(scene, 0, -0.5, 1.2, 1.0), person(scene, 1, 0.4, 0.4)]
    scene.show(states, [RobotState("atr", 0.0, -1.0, 0.5, 0.0)])
    together = scene.render(ABOVE).depth_m
    apart = []
    for shown in (
        [states[:1], ()],
        [states[1:], ()],
        [(), [RobotState("atr", 0.0, -1.0, 0.5, 0.0)]],
    ):
        scene.show(*shown)
        apart.append(scene.render(ABOVE).depth_m)
    np.testing.assert_allclose(np.minimum.reduce(apart), together, rtol=1e-5)


def test_the_same_scene_gives_the_same_pixels(scene):
    state = person(scene, 0, 0.0, 0.0)
    scene.show([state])
    first = scene.render(FRONT)
    scene.show([])
    scene.render(ABOVE)
    scene.show([state])
    again = scene.render(FRONT)
    np.testing.assert_array_equal(first.pixels, again.pixels)
    np.testing.assert_array_equal(first.depth_m, again.depth_m)


def test_what_is_drawn_in_parts_is_what_is_drawn_as_a_whole(scene, monkeypatch):
    states = [person(scene, 0, -0.5, 1.2, 1.0), person(scene, 1, 0.4, 0.4)]
    robot = RobotState("atr", 0.0, -1.0, 0.5, 0.0)
    for camera in (FRONT, ABOVE):
        scene.show(states, [robot], [prop_at("box", (0.9, -0.3, 0.0), 0.3, 0.5, np.full(3, 0.4))])
        parts = scene.render(camera)
        with monkeypatch.context() as everywhere:
            everywhere.setattr("gpss_pose_ros.simulation.stage._FLESH_M", 9.0)
            scene.show(
                states, [robot], [prop_at("box", (0.9, -0.3, 0.0), 0.3, 0.5, np.full(3, 0.4))]
            )
            whole = scene.render(camera)
        np.testing.assert_array_equal(parts.pixels, whole.pixels)
        np.testing.assert_array_equal(parts.depth_m, whole.depth_m)


@pytest.mark.parametrize("close", [True, False])
def test_a_scene_that_ends_leaves_the_others(scene, close):
    from gpss_pose_ros.simulation.scene import Scene

    scene.show([person(scene, 0, 0.0, 0.0)])
    other = Scene(WORLD, scene.cast)
    before = scene.render(FRONT)
    if close:
        other.close()
    del other
    gc.collect()
    np.testing.assert_array_equal(scene.render(FRONT).depth_m, before.depth_m)


def test_the_truth_of_many_is_the_truth_of_each(scene):
    states = [
        person(scene, 0, 0.3, 0.2, 1.0),
        person(scene, 1, -0.4, -0.3),
        person(scene, 1, 9.0, 0),
    ]
    scene.show(states[:2])
    view = scene.render(FRONT)
    for state, truth in zip(states, scene.truths(states, FRONT, view), strict=True):
        alone = scene.truth(state, FRONT, view)
        np.testing.assert_array_equal(truth.visibility, alone.visibility)
        np.testing.assert_allclose(truth.box_xyxy_px, alone.box_xyxy_px, atol=1e-9)
        assert truth.visible_fraction == alone.visible_fraction
    assert scene.truths([], FRONT, view) == ()


def test_props_have_their_size_and_place(scene):
    scene.show(())
    empty = scene.render(ABOVE).depth_m
    scene.show((), (), [prop_at("box", (0.0, 0.0, 0.0), 0.3, 0.5, np.array([0.4, 0.6, 0.2]))])
    depth = scene.render(ABOVE).depth_m
    drawn = depth < empty - 0.05

    assert depth[drawn].min() == pytest.approx(5.0 - 0.6, abs=0.01)
    corners = ABOVE.project([[0.1, -0.3, 0.6], [0.5, 0.3, 0.6]])
    size = np.abs(corners[1] - corners[0])
    rows, columns = np.nonzero(drawn)
    np.testing.assert_allclose([np.ptp(columns) + 1, np.ptp(rows) + 1], np.round(size), atol=3.0)


def test_who_is_not_of_the_scene_is_refused(scene):
    stranger = person(scene, 0, 0.0, 0.0)
    with pytest.raises(InputError, match="person 7 is not of the cast of 2"):
        scene.show(
            [
                PersonState(
                    7, stranger.body, stranger.transforms, np.zeros((23, 3)), np.zeros((2, 3))
                )
            ]
        )
    with pytest.raises(InputError, match="no robot 'x' here; there are: atr"):
        scene.show((), [RobotState("x", 0.0, 0.0, 0.0, 0.0)])


def test_a_repainted_floor_is_seen(scene):
    scene.show(())
    floor = scene.picture("floor")
    blue = np.zeros_like(floor)
    blue[..., 2] = 255
    scene.repaint("floor", blue)
    middle = scene.render(ABOVE).pixels[100:140, 130:170].reshape(-1, 3).mean(axis=0)
    scene.repaint("floor", floor)
    assert middle[0] > 3 * max(middle[1:])  # BGR


def test_from_the_front_the_face_shows_and_from_behind_it_does_not(scene):
    for yaw, nose in ((0.0, VISIBLE), (np.pi, HIDDEN)):
        state = person(scene, 0, 0.0, 0.0, yaw)
        scene.show([state])
        truth = scene.truth(state, FRONT, scene.render(FRONT))
        assert truth.visibility[0] == nose
        assert truth.visibility[[5, 6, 13, 14]].tolist() == [VISIBLE] * 4  # shoulders and knees


def test_a_wall_hides_the_feet_of_who_is_behind_it(scene):
    behind_camera = Camera("low", MODEL, aimed((0.0, 0.0, 1.6), (0.0, 4.0, 0.9)))
    state = person(scene, 0, 0.0, 3.5, -np.pi / 2)
    scene.show([state])
    truth = scene.truth(state, behind_camera, scene.render(behind_camera))

    assert truth.visibility[15:].tolist() == [HIDDEN] * 8  # ankles, toes and heels
    assert truth.visibility[[0, 5, 6]].tolist() == [VISIBLE] * 3
    assert not truth.foot_visible(Side.LEFT)
    assert 0.2 < truth.visible_fraction < 0.7
    assert truth.box_xyxy_px[3] < truth.amodal_box_xyxy_px[3] - 20


def test_from_above_both_feet_of_somebody_far_from_under_the_camera_show(scene):
    state = person(scene, 0, -1.6, 0.0, 0.0)  # walks towards the camera
    scene.show([state])
    truth = scene.truth(state, ABOVE, scene.render(ABOVE))
    assert truth.foot_visible(Side.LEFT)
    assert truth.foot_visible(Side.RIGHT)


def test_who_is_half_outside_the_image_is_half_visible(scene):
    left_edge = FRONT.rays([[-0.5, 120.0]])[1][0]
    away = 4.0 / -left_edge[0]
    state = person(scene, 0, 0.0, float(left_edge[1] * away), 0.0)
    scene.show([state])
    truth = scene.truth(state, FRONT, scene.render(FRONT))

    assert 0.3 < truth.visible_fraction < 0.7
    assert truth.box_xyxy_px[0] >= -0.5
    assert truth.amodal_box_xyxy_px[0] < -20
    outside = truth.keypoints_px[:, 0] < -0.5
    assert (truth.visibility[outside] == OUTSIDE).all()
    assert (truth.visibility[~outside] != OUTSIDE).all()


def test_who_is_behind_the_camera_is_nowhere(scene):
    state = person(scene, 0, 6.0, 0.0)
    scene.show([state])
    truth = scene.truth(state, FRONT, scene.render(FRONT))
    assert truth.visible_fraction == 0.0
    assert (truth.visibility == OUTSIDE).all()
    assert np.isnan(truth.box_xyxy_px).all()


def test_shadows_darken_the_floor():
    from gpss_pose_ros.simulation.model import Member
    from gpss_pose_ros.simulation.scene import Scene

    member = Member(load_bodies()[0], random_outfit(np.random.default_rng(1)))
    try:
        scene = Scene(World(seed=1, floor_size_m=(8.0, 8.0)), [member], shadows=True)
    except SetupError as error:
        pytest.skip(str(error))
    scene.show(())
    empty = scene.render(ABOVE).pixels.astype(int)
    scene.show([person(scene, 0, 0.0, 0.0)])
    view = scene.render(ABOVE)
    scene.close()
    on_floor = view.depth_m > 4.95
    assert ((empty - view.pixels).max(axis=2)[on_floor] > 25).sum() > 300
    left = view.pixels.mean(axis=2)[on_floor] / empty.mean(axis=2)[on_floor]
    shaded = np.median(left[left < 0.8])
    assert 0.35 < shaded < 0.65  # half of all light is everywhere, and casts no shadow
    assert cv2.absdiff(empty.astype(np.uint8), view.pixels)[:10].max() < 5
