"""The example configurations of Nav2 and twist_mux fit what safety_node says by default."""

import ast
from typing import Any

import numpy as np
import pytest
import rclpy
import yaml
from rclpy.context import Context

from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.nodes.safety_cloud import OBSTACLES_TOPIC
from gpss_pose_ros.nodes.safety_keepout import INFO_TOPIC
from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.raster import zone_points
from gpss_pose_ros.safety.settings import RobotProfile, Site
from gpss_pose_ros.safety.site_file import read_site
from gpss_pose_ros.safety.values import Zone

EXAMPLES = share_directory() / "config" / "examples"
ROBOT = "atr_01"
OUTPUT = OutputSettings()
COSTMAPS = ("global_costmap/global_costmap", "local_costmap/local_costmap")


def parameters(file: str, node: str) -> dict[str, Any]:
    document = yaml.safe_load((EXAMPLES / file).read_text())
    return document[f"/{ROBOT}/{node}"]["ros__parameters"]


@pytest.fixture
def site() -> Site:
    return read_site(share_directory() / "config" / "zones.yaml")


@pytest.fixture
def profile(site) -> RobotProfile:
    (found,) = [robot.profile for robot in site.robots if robot.name == ROBOT]
    return found


@pytest.fixture
def monitor() -> dict[str, Any]:
    return parameters("nav2_safety.yaml", "collision_monitor")


@pytest.mark.parametrize("file", ["nav2_safety.yaml", "twist_mux.yaml"])
def test_ros_can_read_the_file(file):
    """Its parser knows less of YAML than Python's: no anchors, no lists of mixed types."""
    context = Context()
    rclpy.init(args=["--ros-args", "--params-file", str(EXAMPLES / file)], context=context)
    rclpy.shutdown(context=context)


def test_collision_monitor_keeps_our_points(monitor):
    (name,) = monitor["observation_sources"]
    source = monitor[name]
    assert (source["type"], source["topic"]) == ("pointcloud", OBSTACLES_TOPIC)
    assert source["min_height"] < OUTPUT.cloud_height_m < source["max_height"]
    assert source["min_range"] == 0.0
    assert not source["use_global_height"]
    assert source["enabled"]
    assert OUTPUT.cloud


def test_collision_monitor_notices_a_dead_safety_node_and_forgives_a_lost_cloud(
    monitor, site, profile
):
    (name,) = monitor["observation_sources"]
    for timeout_s in (monitor["source_timeout"], monitor[name]["source_timeout"]):
        assert 2 * site.monitor.period_s < timeout_s <= profile.reaction_s
    assert monitor["base_shift_correction"]


@pytest.mark.parametrize("angle", np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False))
@pytest.mark.parametrize("shift_m", [0.0, 0.033, 0.05])
def test_zone_that_touches_the_robot_has_points_enough_in_the_stop_polygon(
    monitor, profile, angle, shift_m
):
    """The robot stands at the origin, the person's zone of 3 m touches its nearest corner."""
    (name,) = monitor["polygons"]
    polygon = np.array(ast.literal_eval(monitor[name]["points"]))
    away = np.array([np.cos(angle), np.sin(angle)])
    corner = profile.outline_m[(profile.outline_m @ away).argmax()]
    person = corner + 3.0 * away
    zone = Zone(1, False, person[None], 1.0, 3.0, 0.0)
    grid = Grid.over((-10.0 + shift_m, -10.0 + shift_m), (10.0, 10.0), 0.1)
    points = zone_points(
        [zone], grid, (OUTPUT.cloud_height_m,), OUTPUT.cloud_radius, OUTPUT.cloud_spacing_m
    )
    inside = (np.abs(points[:, :2]) <= np.abs(polygon).max(axis=0)).all(axis=1)
    assert np.count_nonzero(inside) >= monitor[name]["min_points"]


def test_stop_polygon_stops(monitor):
    (name,) = monitor["polygons"]
    assert (monitor[name]["type"], monitor[name]["action_type"]) == ("polygon", "stop")
    assert monitor[name]["enabled"]
    assert monitor[name]["sources_names"] == monitor["observation_sources"]


def test_controller_listens_to_our_limit_and_cannot_be_raised_by_it(profile):
    controller = parameters("nav2_safety.yaml", "controller_server")
    assert controller["speed_limit_topic"] == OUTPUT.speed_limit_topic.format(robot=ROBOT)
    assert controller["FollowPath"]["vx_max"] == profile.largest_speed_mps
    smoother = parameters("nav2_safety.yaml", "velocity_smoother")
    assert smoother["max_velocity"][0] <= profile.largest_speed_mps
    assert -smoother["max_decel"][0] >= profile.deceleration_mps2


@pytest.mark.parametrize("costmap", COSTMAPS)
def test_costmap_takes_people_from_the_mask_and_not_from_the_cloud(costmap, site, profile):
    found = parameters("nav2_safety.yaml", costmap)
    (name,) = found["filters"]
    assert found[name]["plugin"] == "nav2_costmap_2d::KeepoutFilter"
    assert found[name]["filter_info_topic"] == INFO_TOPIC
    assert found[name]["enabled"]
    assert found["resolution"] == site.coverage.resolution_m
    assert OBSTACLES_TOPIC not in str(found)
    footprint = np.array(ast.literal_eval(found["footprint"]))
    assert sorted(footprint.tolist()) == sorted(profile.outline_m.tolist())


def test_planner_reads_every_mask():
    global_costmap = parameters("nav2_safety.yaml", COSTMAPS[0])
    assert 1.0 / global_costmap["update_frequency"] < OUTPUT.keepout_s


def test_lock_holds_everything_and_silence_locks(site, profile):
    mux = parameters("twist_mux.yaml", "twist_mux")
    (lock,) = mux["locks"].values()
    assert lock["topic"] == OUTPUT.lock_topic.format(robot=ROBOT)
    assert 2 * site.monitor.period_s < lock["timeout"] <= profile.reaction_s
    assert all(topic["priority"] < lock["priority"] <= 255 for topic in mux["topics"].values())
    assert all(topic["timeout"] > 0.0 for topic in mux["topics"].values())
    assert mux["use_stamped"] is False


def test_what_leaves_collision_monitor_goes_through_the_lock(monitor):
    mux = parameters("twist_mux.yaml", "twist_mux")
    assert mux["topics"]["navigation"]["topic"] == monitor["cmd_vel_out_topic"]
