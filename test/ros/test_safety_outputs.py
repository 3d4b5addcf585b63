"""What safety tells planners and people: messages from reports, and what goes out when."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from hypothesis import given, settings
from hypothesis import strategies as st
from nav2_msgs.msg import CostmapFilterInfo, SpeedLimit
from nav_msgs.msg import OccupancyGrid
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import Bool, Header
from visualization_msgs.msg import Marker, MarkerArray

from gpss_pose_ros.errors import ConfigurationError, SetupError
from gpss_pose_ros.nodes import safety_nav2
from gpss_pose_ros.nodes.safety_cloud import OBSTACLES_TOPIC, cloud_message, unseen_points
from gpss_pose_ros.nodes.safety_diagnostics import safety_diagnostics
from gpss_pose_ros.nodes.safety_keepout import INFO_TOPIC, MASK_TOPIC, mask_message
from gpss_pose_ros.nodes.safety_lock import must_stop
from gpss_pose_ros.nodes.safety_markers import MARKERS_TOPIC, outline_m, safety_markers
from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.nodes.safety_outputs import safety_outputs
from gpss_pose_ros.nodes.safety_speed_limit import speed_limit_mps
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.settings import MonitorSettings, RobotEntry, RobotProfile, Site
from gpss_pose_ros.safety.values import RobotVerdict, SafetyReport, Verdict, Zone

AMR = RobotProfile("amr", ((-0.5, -0.3), (0.5, -0.3), (0.5, 0.3), (-0.5, 0.3)), 1.0, 0.4, 0.02, 1.5)
SITE = Site(
    robots=(RobotEntry("atr_1", AMR, frame="base"), RobotEntry("atr_2", AMR, "/odom")),
    monitor=MonitorSettings(period_s=0.05),
)
GRID = Grid((-2.0, -1.0), 0.1, (20, 40))
SITE_WIDE = (Cause.STARTING, Cause.PERSONS_STALE, Cause.CLOCK, Cause.OVERRUN)
HEADER = Header(frame_id="factory")
ALL_ON = OutputSettings(lock=True, speed_limit=True, keepout=True, keepout_s=0.05)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
ALWAYS_THE_SAME = settings(derandomize=True, deadline=None, max_examples=50)


def robot(name: str, verdict: Verdict = Verdict.CLEAR, allowed: float = 1.5) -> RobotVerdict:
    reason = "" if verdict is Verdict.CLEAR else "somebody is near"
    return RobotVerdict(name, verdict, reason, (7,), 0.4, allowed, 0.5, None, 0.1)


def zone(x: float = 0.0, y: float = 0.0, track_id: int = 7) -> Zone:
    return Zone(track_id, False, np.array([[x, y]]), 0.3, 0.6, 0.2)


def report(*robots: RobotVerdict, zones=(), causes=Cause.NONE, latched=False, sequence=1):
    worst = max((r.verdict for r in robots), default=Verdict.CLEAR)
    reasons = tuple(cause.name for cause in Cause if cause and cause in causes)
    return SafetyReport(
        sequence, worst, causes, reasons, latched, robots, tuple(zones), 0.2, "c0", "ca"
    )


def coverage(unseen=()) -> Coverage:
    seen = np.ones(GRID.shape, dtype=np.uint8)
    for row, column in unseen:
        seen[row, column] = 0
    return Coverage(GRID, seen, np.zeros(GRID.shape, dtype=bool))


def connected(graph, *topics: str) -> None:
    graph.until(lambda: all(graph.node.count_subscribers(topic) for topic in topics))


def points_of(message: PointCloud2) -> np.ndarray:
    """Read x, y, z (N, 3) as the message's own fields say."""
    kind = np.dtype(
        {
            "names": [field.name for field in message.fields],
            "formats": ["<f4"] * len(message.fields),
            "offsets": [field.offset for field in message.fields],
            "itemsize": message.point_step,
        }
    )
    points = np.frombuffer(bytes(message.data), kind)
    return np.column_stack([points[axis] for axis in "xyz"])


def say(outputs, what, cover=None):
    for output in outputs:
        output.publish(what, cover or coverage(), HEADER)


def test_cloud_holds_its_points_where_nav2_reads_them():
    points = np.array([[1.0, -2.0, 0.2], [3.5, 4.5, 0.2]], np.float32)
    message = cloud_message(points, HEADER)
    np.testing.assert_array_equal(points_of(message), points)
    assert message.header.frame_id == "factory"
    assert len(message.data) == message.row_step * message.height == 24


def test_empty_cloud_still_has_the_fields_that_nav2_iterates_over():
    message = cloud_message(np.zeros((0, 3), np.float32), HEADER)
    assert [field.name for field in message.fields] == ["x", "y", "z"]
    assert (message.width, message.height, len(message.data)) == (0, 1, 0)


def test_unseen_floor_is_filled_at_the_spacing_asked_for():
    points = unseen_points(coverage(unseen=[(0, 0), (19, 39)]), 0.2, 0.04)
    corner = points[points[:, 0] < 0.0]
    assert len(corner) == len(points) / 2 == 9  # 3 x 3 in a cell of 0.1 m
    assert set(points[:, 2]) == {np.float32(0.2)}
    np.testing.assert_allclose(corner[:, :2].min(axis=0), [-2.0 + 0.1 / 6, -1.0 + 0.1 / 6])
    np.testing.assert_allclose(points[:, :2].max(axis=0), [2.0 - 0.1 / 6, 1.0 - 0.1 / 6])


def test_mask_lies_on_the_grid_row_by_row():
    mask = np.zeros((2, 3), np.int8)
    mask[1, 2] = 100
    message = mask_message(mask, Grid((-1.0, 2.0), 0.5, (2, 3)), HEADER)
    assert (message.info.width, message.info.height, message.info.resolution) == (3, 2, 0.5)
    assert (message.info.origin.position.x, message.info.origin.position.y) == (-1.0, 2.0)
    assert message.info.origin.orientation.w == 1.0
    assert list(message.data) == [0, 0, 0, 0, 0, 100]


@pytest.mark.parametrize(
    ("verdict", "allowed", "stop"),
    [
        (Verdict.CLEAR, 1.5, False),
        (Verdict.WARNING, 0.1, False),
        (Verdict.WARNING, 0.099, True),
        (Verdict.WARNING, math.nan, True),
        (Verdict.UNKNOWN, 1.5, True),
        (Verdict.PROTECTIVE_STOP, 1.5, True),
    ],
)
def test_lock_is_open_only_for_who_may_drive_as_fast_as_a_limit_can_say(verdict, allowed, stop):
    assert must_stop(robot("atr_1", verdict, allowed), 0.1) is stop


def test_robot_without_a_verdict_is_locked():
    assert must_stop(None, 0.1)


@ALWAYS_THE_SAME
@given(
    st.sampled_from(Verdict),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(1e-3, 1.5),
)
def test_speed_limit_is_never_what_nav2_takes_for_none(verdict, allowed, floor):
    limit = speed_limit_mps(robot("atr_1", verdict, allowed), AMR, floor)
    assert floor <= limit <= AMR.largest_speed_mps
    if verdict not in (Verdict.CLEAR, Verdict.WARNING) or not allowed >= floor:
        assert limit == floor
    else:
        assert limit <= allowed


def test_speed_limit_of_a_robot_without_a_verdict_is_the_floor():
    assert speed_limit_mps(None, AMR, 0.05) == 0.05


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"cloud_radius": "arm"}, "cloud_radius 'arm'; valid: reach, separation"),
        ({"keepout_radius": ""}, "keepout_radius"),
        ({"cloud_spacing_m": 0.11}, "four points"),
        ({"cloud_spacing_m": 0.0}, "cloud_spacing_m must be > 0"),
        ({"cloud_height_m": 0.05}, "collision_monitor drops"),
        ({"cloud_height_m": 0.5}, "collision_monitor drops"),
        ({"speed_floor_mps": 0.0}, "speed_floor_mps must be > 0"),
        ({"speed_floor_mps": math.nan}, "speed_floor_mps must be finite"),
        ({"keepout_s": 0.0}, "keepout_s must be > 0"),
        ({"lock_topic": "/lock"}, "lock_topic must contain {robot}"),
        ({"speed_limit_topic": "/{atr}/speed"}, "speed_limit_topic must contain {robot}"),
    ],
)
def test_settings_that_nav2_would_misread_are_refused(changes, named):
    with pytest.raises(ConfigurationError, match=named.replace("{", r"\{").replace("}", r"\}")):
        OutputSettings(**changes)


def test_outline_is_everything_within_the_radius():
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    edge = outline_m(square, 0.5)
    outside = np.maximum(np.maximum(-edge, edge - 1.0), 0.0)
    np.testing.assert_allclose(np.hypot(*outside.T), 0.5)
    sides, after = np.roll(edge, -1, axis=0) - edge, np.roll(edge, -2, axis=0)
    ahead = after - np.roll(edge, -1, axis=0)
    assert (sides[:, 0] * ahead[:, 1] - sides[:, 1] * ahead[:, 0] >= -1e-12).all()


def test_endless_zone_is_drawn_finite():
    assert np.isfinite(outline_m(np.zeros((1, 2)), math.inf)).all()


def test_markers_show_every_zone_and_every_robot_in_the_colour_of_its_verdict():
    stopped = robot("atr_2", Verdict.PROTECTIVE_STOP, 0.0)
    said = report(robot("atr_1"), stopped, zones=[zone(), zone(1.0, 0.0, 8)])
    markers = safety_markers(said, coverage(), SITE, HEADER).markers
    assert markers[0].action == Marker.DELETEALL
    by_name = {(m.ns, m.id): m for m in markers[1:]}
    assert len(by_name) == len(markers) - 1  # RViz keeps one of each name and id
    for track_id in (7, 8):
        for name in ("separation", "reach"):
            assert by_name[name, track_id].type == Marker.TRIANGLE_LIST
            assert len(by_name[name, track_id].points) % 3 == 0
            assert 0.0 < by_name[name, track_id].color.a < 1.0
            assert by_name[f"{name} edge", track_id].type == Marker.LINE_STRIP
    clear, stop = by_name["robot", 0], by_name["robot", 1]
    assert clear.color.g > clear.color.r
    assert stop.color.r > stop.color.g
    assert (clear.header.frame_id, stop.header.frame_id) == ("base", "atr_2/base_link")
    assert clear.frame_locked
    assert clear.header.stamp.sec == 0  # the newest transform
    assert "PROTECTIVE_STOP" in by_name["verdict", 1].text
    assert "somebody is near" in by_name["verdict", 1].text
    assert all(m.lifetime.sec > 0 for m in by_name.values())


@pytest.mark.parametrize(
    ("verdict", "causes", "latched", "level"),
    [
        (Verdict.CLEAR, Cause.NONE, False, DiagnosticStatus.OK),
        (Verdict.PROTECTIVE_STOP, Cause.PERSON_NEAR, False, DiagnosticStatus.WARN),
        (Verdict.CLEAR, Cause.CAMERA_STALE, False, DiagnosticStatus.ERROR),
        (Verdict.PROTECTIVE_STOP, Cause.PERSON_NEAR, True, DiagnosticStatus.ERROR),
        (Verdict.UNKNOWN, Cause.ROBOT_STALE, False, DiagnosticStatus.ERROR),
    ],
)
def test_diagnostics_tell_faults_from_everyday_stops(verdict, causes, latched, level):
    said = report(robot("atr_1", verdict), causes=causes, latched=latched)
    site, atr = safety_diagnostics(said, coverage(unseen=[(0, 0)]), HEADER).status
    assert (site.level, site.name, atr.name) == (level, "gpss: safety", "gpss: robot atr_1")
    values = {pair.key: pair.value for pair in site.values}
    assert values["causes"] == " ".join(said.reasons)
    assert values["floor_unseen"] == "0.1%"


def test_outputs_without_nav2_start_where_nav2_is_missing(graph, monkeypatch):
    def without_nav2(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(safety_nav2, "importlib", SimpleNamespace(import_module=without_nav2))
    assert safety_outputs(graph.node, OutputSettings(lock=True), SITE)
    for name in ("speed_limit", "keepout"):
        with pytest.raises(SetupError, match=rf"output\.{name} .*ros-jazzy-nav2-msgs"):
            safety_outputs(graph.node, OutputSettings(**{name: True}), SITE)


def test_robot_whose_name_is_no_topic_is_refused(graph):
    site = Site(robots=(RobotEntry("no 1", AMR, frame="base"),))
    with pytest.raises(ConfigurationError, match="no 1"):
        safety_outputs(graph.node, OutputSettings(lock=True), site)


def test_floor_above_a_robots_largest_speed_is_refused(graph):
    with pytest.raises(ConfigurationError, match=r"speed_floor_mps .* atr_1"):
        safety_outputs(graph.node, OutputSettings(speed_limit=True, speed_floor_mps=1.6), SITE)


def test_every_cycle_says_who_must_stop_and_how_fast_the_others_may_go(graph):
    locks = [graph.listen(Bool, f"/{name}/safety_lock") for name in ("atr_1", "atr_2")]
    limits = [graph.listen(SpeedLimit, f"/{name}/speed_limit") for name in ("atr_1", "atr_2")]
    outputs = safety_outputs(graph.node, ALL_ON, SITE)
    connected(
        graph, *(f"/{r}/{t}" for r in ("atr_1", "atr_2") for t in ("safety_lock", "speed_limit"))
    )
    slow, stop = robot("atr_1", Verdict.WARNING, 0.4), robot("atr_2", Verdict.PROTECTIVE_STOP, 0.0)
    for sequence in (1, 2, 3):
        say(outputs, report(slow, stop, sequence=sequence))
        graph.until(lambda n=sequence: all(len(heard) == n for heard in (*locks, *limits)))
    assert [[m.data for m in heard] for heard in locks] == [[False] * 3, [True] * 3]
    assert [{m.speed_limit for m in heard} for heard in limits] == [{0.4}, {0.05}]
    assert not any(m.percentage for heard in limits for m in heard)


def test_cloud_comes_every_cycle_also_with_nobody(graph):
    heard = graph.listen(PointCloud2, OBSTACLES_TOPIC)
    outputs = safety_outputs(graph.node, OutputSettings(), SITE)
    connected(graph, OBSTACLES_TOPIC)
    say(outputs, report(zones=[zone()]))
    graph.until(lambda: len(heard) == 1)
    stopped = robot("atr_1", Verdict.PROTECTIVE_STOP, 0.0)
    say(outputs, report(stopped, causes=Cause.PERSON_NEAR | Cause.CAMERA_STALE))
    graph.until(lambda: len(heard) == 2)
    full, empty = heard
    assert empty.width == 0
    points = points_of(full)
    assert {round(float(z), 3) for z in points[:, 2]} == {0.2}
    for x, y in [(0.0, 0.0), (0.55, 0.0), (-0.4, 0.4)]:  # within 0.6 m
        assert np.hypot(*(points[:, :2] - [x, y]).T).min() <= 0.1


@pytest.mark.parametrize("doubt", [{"latched": True}, *({"causes": cause} for cause in SITE_WIDE)])
def test_no_empty_cloud_while_the_picture_is_in_doubt(graph, doubt):
    heard = graph.listen(PointCloud2, OBSTACLES_TOPIC)
    outputs = safety_outputs(graph.node, OutputSettings(), SITE)
    connected(graph, OBSTACLES_TOPIC)
    say(outputs, report(**doubt))
    say(outputs, report(zones=[zone()]))  # what comes first is not the empty one
    graph.until(lambda: heard)
    assert heard[0].width > 0


def test_late_planner_gets_the_mask_and_what_it_means(graph):
    outputs = safety_outputs(graph.node, ALL_ON, SITE)
    say(outputs, report(zones=[zone()]))
    infos = graph.listen(CostmapFilterInfo, INFO_TOPIC, LATCHED)
    masks = graph.listen(OccupancyGrid, MASK_TOPIC, LATCHED)
    graph.until(lambda: infos and masks)
    (info,) = infos
    assert (info.type, info.filter_mask_topic) == (0, MASK_TOPIC)
    assert (info.base, info.multiplier) == (0.0, 1.0)
    mask = np.array(masks[0].data).reshape(GRID.shape)
    assert mask[10, 20] == 100
    assert mask[0, 0] == 0  # 2 m off


def test_mask_is_sent_again_only_when_it_changes(graph):
    masks = graph.listen(OccupancyGrid, MASK_TOPIC, LATCHED)
    infos = graph.listen(CostmapFilterInfo, INFO_TOPIC, LATCHED)
    outputs = safety_outputs(graph.node, ALL_ON, SITE)
    say(outputs, report(zones=[zone()]))
    graph.until(lambda: masks and infos)
    for sequence in range(2, 6):
        say(outputs, report(zones=[zone()], sequence=sequence))
    say(outputs, report(zones=[zone(1.0)], sequence=6))
    graph.until(lambda: masks[-1].data != masks[0].data)
    assert (len(masks), len(infos)) == (2, 1)


def test_mask_changes_no_more_often_than_planners_can_follow(graph):
    masks = graph.listen(OccupancyGrid, MASK_TOPIC, LATCHED)
    outputs = safety_outputs(graph.node, OutputSettings(keepout=True, keepout_s=0.5), SITE)
    say(outputs, report(zones=[zone()], sequence=1))
    graph.until(lambda: masks)
    for sequence in range(2, 11):  # at 20 Hz
        say(outputs, report(zones=[zone(sequence / 10.0)], sequence=sequence))
    graph.until(lambda: len(masks) > 1)
    middle = np.nonzero(np.array(masks[-1].data).reshape(GRID.shape)[10])[0].mean()
    assert len(masks) == 2
    assert GRID.x_m[round(middle)] == pytest.approx(1.0, abs=0.1)  # the tenth


def test_unseen_floor_is_in_the_mask_if_wanted(graph):
    masks = graph.listen(OccupancyGrid, MASK_TOPIC, LATCHED)
    wanted = OutputSettings(keepout=True, keepout_unseen=True)
    say(safety_outputs(graph.node, wanted, SITE), report(), coverage(unseen=[(3, 5)]))
    graph.until(lambda: masks)
    assert np.flatnonzero(masks[0].data).tolist() == [3 * 40 + 5]


def test_markers_come_at_a_pace_for_eyes(graph):
    heard = graph.listen(MarkerArray, MARKERS_TOPIC)
    outputs = safety_outputs(graph.node, OutputSettings(), SITE)
    connected(graph, MARKERS_TOPIC)
    for sequence in range(1, 9):
        say(outputs, report(robot("atr_1"), sequence=sequence))
    graph.until(lambda: len(heard) >= 2)
    assert len(heard) == 2  # of 8 cycles at 20 Hz


def test_safety_node_with_every_output_starts_with_all_robots_locked(graph):
    """Of the shipped site, with nobody who says anything."""
    locks = [graph.listen(Bool, f"/atr_0{n}/safety_lock") for n in (1, 2)]
    limits = [graph.listen(SpeedLimit, f"/atr_0{n}/speed_limit") for n in (1, 2)]
    diagnostics = graph.listen(DiagnosticArray, "/diagnostics")
    markers = graph.listen(MarkerArray, MARKERS_TOPIC)
    clouds = graph.listen(PointCloud2, OBSTACLES_TOPIC)
    masks = graph.listen(OccupancyGrid, MASK_TOPIC, LATCHED)
    switches = ("lock", "speed_limit", "keepout")
    graph.start("safety_node", {f"output.{switch}": True for switch in switches})
    every = (*locks, *limits, diagnostics, markers, masks)
    graph.until(lambda: all(every) and len(locks[0]) > 20)
    assert all(message.data for heard in locks for message in heard)
    assert {m.speed_limit for heard in limits for m in heard} == {OutputSettings().speed_floor_mps}
    assert diagnostics[-1].status[0].level == DiagnosticStatus.ERROR
    assert not clouds
