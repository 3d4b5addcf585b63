from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.errors import InputError, SetupError
from gpss_pose_ros.simulation.world_file import load_world

DEMO = Path(__file__).resolve().parents[3] / "config" / "worlds" / "demo.yaml"


def factory_of(**changes):
    from gpss_pose_ros.simulation.factory import Factory

    try:
        return Factory(replace(load_world(DEMO), people=3, **changes))
    except SetupError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def factory():
    factory = factory_of()
    yield factory
    factory.close()


def test_one_seed_gives_one_film(factory):
    other = factory_of()
    other.render("cam_02", 11.0)  # whatever was asked before
    for time_s in (2.0, 0.5):
        mine, its = factory.render("cam_01", time_s), other.render("cam_01", time_s)
        np.testing.assert_array_equal(mine.pixels, its.pixels)
        np.testing.assert_array_equal(mine.depth_m, its.depth_m)
        truths = [f.truth("cam_01", mine, f.state(time_s)) for f in (factory, other)]
        for a, b in zip(*truths, strict=True):
            np.testing.assert_array_equal(a.keypoints_px, b.keypoints_px)
            np.testing.assert_array_equal(a.visibility, b.visibility)
            np.testing.assert_array_equal(a.box_xyxy_px, b.box_xyxy_px)
    other.close()


def test_how_far_somebody_looked_ahead_changes_nothing(factory):
    other = factory_of()
    other.state(70.0)
    for _ in range(5):
        other.plan_ahead(70.0)
    for time_s in np.arange(0.0, 20.0, 3.3):
        mine, its = factory.state(time_s), other.state(time_s)
        for a, b in zip(mine.persons, its.persons, strict=True):
            np.testing.assert_array_equal(a.transforms, b.transforms)
        for a, b in zip(mine.props, its.props, strict=True):
            np.testing.assert_array_equal(a.factory_from_prop, b.factory_from_prop)
    other.close()


def test_another_seed_gives_another_film(factory):
    other = factory_of(seed=99)
    assert (other.render("cam_01", 1.0).pixels != factory.render("cam_01", 1.0).pixels).any()
    other.close()


def test_people_stand_on_the_floor_inside_the_hall(factory):
    half = np.array(factory.world.floor_size_m) / 2
    for time_s in np.arange(0.0, 20.0, 1.7):
        for person in factory.state(time_s).persons:
            assert -0.03 < person.soles_m[:, 2].min() < 0.1
            assert (np.abs(person.soles_m[:, :2]) < half).all()


def test_what_is_visible_is_where_the_camera_sees_it(factory):
    state = factory.state(3.0)
    seen = 0
    for name, camera in factory.cameras.items():
        view = factory.render(name, 3.0)
        for person, truth in zip(state.persons, factory.truth(name, view, state), strict=True):
            assert truth.person_id == person.person_id
            visible = truth.visibility == 2
            seen += visible.sum()
            if visible.any():
                np.testing.assert_array_equal(
                    truth.keypoints_px[visible], camera.project(person.keypoints_m)[visible]
                )
                left, top, right, bottom = truth.box_xyxy_px
                x, y = truth.keypoints_px[visible].T
                assert (x > left - 8).all()
                assert (x < right + 8).all()
                assert (y > top - 8).all()
                assert (y < bottom + 8).all()
    assert seen > 50


def test_names_that_do_not_exist_are_refused(factory):
    with pytest.raises(InputError, match="unknown camera 'cam_9'; valid: cam_01"):
        factory.render("cam_9", 0.0)
    with pytest.raises(InputError, match="unknown body 'nobody'; valid: body_00"):
        factory_of(bodies=("nobody",))
