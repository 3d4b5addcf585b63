"""simulation_node publishes what cameras in its factory see, and the truth about everybody."""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import tf2_ros
from diagnostic_msgs.msg import DiagnosticArray
from nav_msgs.msg import Odometry
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from sensor_msgs.msg import CameraInfo, CompressedImage, TimeReference
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.msg import Foot, PersonPose, PersonPoseArray, TrueViewArray
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.nodes.images import pixels_from
from gpss_pose_ros.simulation.footage import Footage
from gpss_pose_ros.simulation.scenario import Scenario

BEST_EFFORT = QoSProfile(depth=2, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)
SETS, RATE_HZ, DURATION_S = 8, 4.0, 2.0
CHOICE = {"world": "demo", "seed": 11, "people": 3, "cameras": 2}
CAMERAS = ["cam_01", "cam_02"]


def by_stamp(messages):
    return {conversions.stamp_ns(m.header.stamp): m for m in messages}


@dataclass
class Simulated:
    """A simulation at its end, what was heard of it, and the same factory in this process."""

    graph: Any
    images: dict[str, Any]
    infos: dict[str, Any]
    truth: Any
    views: Any
    odometry: Any
    sets: Any
    buffer: tf2_ros.Buffer
    process: Any
    footage: Footage

    @property
    def factory(self) -> Any:
        """What both of us film."""
        return self.footage.factory

    def time_s(self, stamp: int) -> float:
        """Return the simulated time of a capture stamp."""
        times = {s: conversions.stamp_ns(m.time_ref) for s, m in by_stamp(self.sets).items()}
        return times[stamp] / 1e9


@pytest.fixture(scope="module")
def simulated(drawing, shared_graph) -> Simulated:
    graph = shared_graph
    buffer = tf2_ros.Buffer()
    tf2_ros.TransformListener(buffer, graph.node)
    images = {c: graph.listen(ImageMessage, f"/{c}/image_raw", BEST_EFFORT) for c in CAMERAS}
    infos = {c: graph.listen(CameraInfo, f"/{c}/camera_info", BEST_EFFORT) for c in CAMERAS}
    truth = graph.listen(PersonPoseArray, "/gpss/ground_truth")
    views = graph.listen(TrueViewArray, "/simulation_node/views")
    odometry = graph.listen(Odometry, "/atr_01/odom")
    sets = graph.listen(TimeReference, "/simulation_node/sets", LATCHED)
    parameters = {
        **CHOICE,
        "rate_hz": RATE_HZ,
        "duration_s": DURATION_S,
        "factory_frame": "hall",
        "wait_for_subscribers_s": 20.0,
    }
    process = graph.start("simulation_node", parameters)
    graph.until(lambda: "finished: real-time factor" in process.output, seconds=90.0)
    graph.until(lambda: len(by_stamp(views)) >= len(sets) - 1)
    footage = Footage(Scenario(**CHOICE).load(share_directory()), RATE_HZ)
    heard = (images, infos, truth, views, odometry, sets, buffer, process)
    yield Simulated(graph, *heard, footage)
    footage.factory.close()


def test_every_instant_of_the_duration_is_rendered_or_reported_as_left_out(simulated):
    """On a machine however slow, the times announced lie on the grid, in order."""
    times_s = [simulated.time_s(stamp) for stamp in sorted(by_stamp(simulated.sets))]
    assert set(times_s) <= {k / RATE_HZ for k in range(SETS)}
    assert times_s == sorted(set(times_s))
    left_out = SETS - len(times_s)
    assert f"{len(times_s)} sets" in simulated.process.output
    assert ("real-time factor 1.00" in simulated.process.output) == (left_out == 0)


def test_stamps_advance_as_simulated_time_does(simulated):
    stamps = np.array(sorted(by_stamp(simulated.sets)))
    times_s = np.array([simulated.time_s(stamp) for stamp in stamps])
    np.testing.assert_allclose((stamps - stamps[0]) / 1e9, times_s - times_s[0], atol=0.02)


@pytest.mark.parametrize("camera", CAMERAS)
def test_images_are_what_the_same_factory_shows_here(simulated, camera):
    """One world, one seed: the same pixels in every process."""
    heard = by_stamp(simulated.images[camera])
    assert len(heard) >= 2
    for stamp, message in list(heard.items())[:3]:
        assert message.header.frame_id == f"{camera}_optical_frame"
        index = round(simulated.time_s(stamp) * RATE_HZ)
        again = simulated.footage.view(camera, index).pixels
        np.testing.assert_array_equal(pixels_from(message), again)


@pytest.mark.parametrize("camera", CAMERAS)
def test_camera_info_and_transform_are_of_the_true_camera(simulated, camera):
    info = simulated.infos[camera][0]
    found = simulated.buffer.lookup_transform("hall", info.header.frame_id, Time())
    told = Camera(camera, conversions.camera_model(info), conversions.transform(found))
    points = np.random.default_rng(1).uniform([-4, -3, 0], [4, 3, 2], (200, 3))
    true = simulated.factory.cameras[camera]
    np.testing.assert_allclose(told.project(points), true.project(points), atol=1e-6)


def test_the_truth_is_where_everybody_is(simulated):
    for stamp, message in list(by_stamp(simulated.truth).items())[:4]:
        assert message.header.frame_id == "hall"
        state = simulated.factory.state(simulated.time_s(stamp))
        assert [p.track_id for p in message.persons] == [s.person_id for s in state.persons]
        for person, true in zip(message.persons, state.persons, strict=True):
            assert person.status == PersonPose.CONFIRMED
            feet = [[f.position.x, f.position.y] for f in (person.left_foot, person.right_foot)]
            np.testing.assert_allclose(feet, true.soles_m[:, :2])
            keypoints = [[k.position.x, k.position.y, k.position.z] for k in person.keypoints]
            np.testing.assert_allclose(keypoints, true.keypoints_m[:17])


def test_a_foot_is_observed_where_a_camera_sees_it(simulated):
    """The two messages of one instant agree; feet seen nowhere are told apart."""
    views = by_stamp(simulated.views)
    compared = 0
    for stamp, message in by_stamp(simulated.truth).items():
        for person in message.persons if stamp in views else ():
            own = [v for v in views[stamp].views if v.track_id == person.track_id]
            with_feet = [v.camera_id for v in own if v.both_feet]
            assert sorted(person.camera_ids) == sorted(with_feet)
            seen = [f.source == Foot.OBSERVED for f in (person.left_foot, person.right_foot)]
            assert all(seen) or not with_feet
            compared += 1
    assert compared >= 3


def test_boxes_and_visibility_fit_the_image(simulated):
    """What is visible lies in the image and in the box of the whole person."""
    sizes = {c: simulated.factory.cameras[c].model.size for c in CAMERAS}
    shown = [view for message in simulated.views for view in message.views]
    assert shown
    for view in shown:
        left, top, right, bottom = view.visible_box
        width, height = sizes[view.camera_id]
        assert -0.5 <= left <= right <= width - 0.5
        assert -0.5 <= top <= bottom <= height - 0.5
        whole = view.whole_box
        assert whole[0] - 1 <= left
        assert whole[1] - 1 <= top
        assert right <= whole[2] + 1
        assert bottom <= whole[3] + 1
        assert 0.0 < view.visible_fraction <= 1.0
        assert len(view.visibility) == 23


def test_robots_say_where_they_are(simulated):
    for stamp, message in list(by_stamp(simulated.odometry).items())[:4]:
        assert (message.header.frame_id, message.child_frame_id) == ("hall", "atr_01/base_link")
        state = simulated.factory.state(simulated.time_s(stamp))
        (robot,) = [r for r in state.robots if r.name == "atr_01"]
        pose = message.pose.pose
        assert (pose.position.x, pose.position.y) == pytest.approx((robot.x_m, robot.y_m))
        yaw = 2.0 * math.atan2(pose.orientation.z, pose.orientation.w)
        assert math.remainder(yaw - robot.yaw_rad, math.tau) == pytest.approx(0.0, abs=1e-6)
        assert message.twist.twist.linear.x == pytest.approx(robot.v_mps)
    assert simulated.buffer.can_transform("hall", "atr_01/base_link", Time())


def test_compressed_without_truth(drawing, graph):
    images = graph.listen(CompressedImage, "/cam_01/image_raw/compressed", BEST_EFFORT)
    diagnostics = graph.listen(DiagnosticArray, "/diagnostics")
    parameters = {"world": "demo", "people": 0, "cameras": 1, "duration_s": 1.0}
    graph.start(
        "simulation_node",
        {
            **parameters,
            "ground_truth": False,
            "transport": "compressed",
            "wait_for_subscribers_s": 20.0,
        },
    )

    def finished() -> bool:
        values = {p.key: p.value for m in diagnostics for s in m.status for p in s.values}
        return values.get("finished") == "1"

    graph.until(finished, seconds=60.0)
    assert pixels_from(images[0]).shape == (480, 640, 3)
    assert not graph.node.get_publishers_info_by_topic("/gpss/ground_truth")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"world": "moon"}, "unknown world 'moon'; valid: .*demo"),
        ({"cameras": 9}, "cameras, not 9"),
        ({"rate_hz": 0.0}, "rate_hz must be in"),
        ({"transport": "zip"}, "unknown transport 'zip'; valid: raw, compressed"),
    ],
)
def test_an_impossible_simulation_is_one_line(graph, parameters, message):
    process = graph.start("simulation_node", parameters)
    assert process.exit_code() == 1
    graph.forget(process)
    (line,) = [line for line in process.output.splitlines() if line.startswith("error: ")]
    assert re.search(message, line)
