"""Every fault of the campaign: for each behaviour of the fail-safe table one or more.

The limits are those that the nodes have by default: the campaign changes none of them.
"""

from gpss_pose_ros.camera_health import HealthSettings
from gpss_pose_ros.evaluation.fault import Bench, Fault
from gpss_pose_ros.evaluation.fault_site import (
    GATE,
    GATE_TIMEOUT_S,
    HEARTBEAT_S,
    IMAGES_HZ,
    LOOK_S,
    ODOMETRY_ROBOT,
    SILENCE_S,
    TF_ROBOT,
)
from gpss_pose_ros.fusion.drift_settings import DriftSettings
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import LATCHING, MonitorSettings

_MONITOR = MonitorSettings()
_ODOMETRY, _TF, _GATE = (frozenset({name}) for name in (ODOMETRY_ROBOT, TF_ROBOT, GATE))
_BOTH = _ODOMETRY | _TF
_SILENT = Cause.NONE

_STARTS_STOPPED = "starts in STOP"
_STALE = "stale camera"
_NEVER = "never-started publisher"
_FROZEN = "frozen image with new stamps"
_CLOCK = "stamps from the future or going backwards, clock jumps"
_LATE = "late or reordered data"
_NONSENSE = "NaN, inf, huge covariance, empty calibration, wrong K"
_LOST = "track lost"
_WORST = "worst zone wins"
_HANG = "executor hang, inference stall"
_CRASH = "node crash"
_LATCH = "latch"
_HYSTERESIS = "hysteresis"
_QOS = "QoS mismatch"
_EDITED = "configuration or calibration edited"
_MOVED = "camera moved"
_TRANSFORM = "TF missing or stale"
_SECOND = "second publisher"


def _fault(
    name: str,
    row: str,
    causes: Cause,
    timeout_s: float = 0.0,
    bench: Bench = Bench.INPUTS,
    robots: frozenset[str] = _BOTH,
) -> Fault:
    """Return a fault; it latches where one of its causes does by default."""
    latched = bool(causes & LATCHING) and bench is not Bench.START
    return Fault(name, row, causes, robots, timeout_s, bench, latched)


_PERSONS = (
    _fault("persons_killed", _STALE, Cause.PERSONS_STALE, _MONITOR.persons_timeout_s),
    _fault("persons_stopped", _LATCH, Cause.PERSONS_STALE, _MONITOR.persons_timeout_s),
    _fault("persons_repeated", _FROZEN, Cause.SEQUENCE | Cause.CLOCK),
    _fault("persons_frozen", _FROZEN, Cause.PERSONS_STALE | Cause.CLOCK, _MONITOR.data_age_s),
    _fault("stamps_ahead", _CLOCK, Cause.CLOCK),
    _fault("stamps_behind", _CLOCK, Cause.CLOCK | Cause.PERSONS_STALE),
    _fault("persons_late", _LATE, Cause.PERSONS_STALE, _MONITOR.persons_timeout_s),
    _fault("persons_delayed", _LATE, Cause.PERSON_NEAR, 0.3, robots=_ODOMETRY),
    _fault("persons_reordered", _LATE, Cause.SEQUENCE | Cause.CLOCK),
    _fault("persons_lost", _LATE, Cause.SEQUENCE),
    _fault("position_nan", _NONSENSE, Cause.PERSONS_INVALID),
    _fault("position_infinite", _NONSENSE, Cause.PERSONS_INVALID),
    _fault("velocity_nan", _NONSENSE, Cause.PERSONS_INVALID),
    _fault("covariance_negative", _NONSENSE, Cause.PERSONS_INVALID),
    _fault("covariance_nan", _NONSENSE, Cause.PERSONS_INVALID),
    _fault("covariance_huge", _NONSENSE, Cause.PERSON_NEAR),
    _fault("person_unplaced", _LOST, Cause.UNPLACED_PERSON),
    _fault("person_lost_from_view", _LOST, Cause.PERSON_NEAR, 0.5, robots=_ODOMETRY),
    _fault("person_near", _WORST, Cause.PERSON_NEAR, robots=_ODOMETRY),
    _fault("person_on_the_boundary", _HYSTERESIS, Cause.PERSON_NEAR, 0.25, robots=_ODOMETRY),
    _fault("second_persons_publisher", _SECOND, Cause.SECOND_PUBLISHER, LOOK_S),
    _fault("persons_qos", _QOS, Cause.QOS_MISMATCH, LOOK_S),
)

_CAMERAS = (
    _fault("camera_stale", _STALE, Cause.CAMERA_STALE, _MONITOR.camera_age_s, robots=_TF),
    _fault("camera_old", _STALE, Cause.CAMERA_STALE, _MONITOR.camera_age_s, robots=_TF),
    _fault("camera_unlisted", _STALE, Cause.CAMERA_MISSING, robots=_TF),
    _fault("camera_frozen", _FROZEN, Cause.CAMERA_FROZEN, robots=_TF),
    _fault("camera_bad_image", _NONSENSE, Cause.CAMERA_BAD_IMAGE, robots=_TF),
    _fault("intrinsics_changed", _EDITED, Cause.CALIBRATION_CHANGED, LOOK_S),
    _fault(
        "intrinsics_empty",
        _NONSENSE,
        Cause.CAMERA_UNCALIBRATED,
        LOOK_S,
        robots=_TF,
    ),
    _fault("camera_transform_changed", _EDITED, Cause.CALIBRATION_CHANGED, LOOK_S),
    _fault("camera_reported_moved", _MOVED, Cause.CAMERA_MOVED),
    _fault("second_camera_info_publisher", _SECOND, Cause.SECOND_PUBLISHER, LOOK_S),
)

_ROBOTS = (
    _fault(
        "odometry_stopped", _STALE, Cause.ROBOT_STALE, _MONITOR.robot_timeout_s, robots=_ODOMETRY
    ),
    _fault(
        "odometry_frozen", _FROZEN, Cause.ROBOT_STALE, _MONITOR.robot_timeout_s, robots=_ODOMETRY
    ),
    _fault("odometry_ahead", _CLOCK, Cause.ROBOT_INVALID, robots=_ODOMETRY),
    _fault("odometry_nan", _NONSENSE, Cause.ROBOT_INVALID, robots=_ODOMETRY),
    _fault("odometry_speed_nan", _NONSENSE, Cause.ROBOT_INVALID, robots=_ODOMETRY),
    _fault("odometry_not_a_rotation", _NONSENSE, Cause.ROBOT_INVALID, robots=_ODOMETRY),
    _fault("odometry_in_unknown_frame", _TRANSFORM, Cause.ROBOT_INVALID, robots=_ODOMETRY),
    _fault(
        "transform_stopped", _TRANSFORM, Cause.ROBOT_STALE, _MONITOR.robot_timeout_s, robots=_TF
    ),
    _fault(
        "transform_nan",
        _NONSENSE,
        Cause.ROBOT_STALE | Cause.ROBOT_INVALID,
        _MONITOR.robot_timeout_s,
        robots=_TF,
    ),
    _fault("second_odometry_publisher", _SECOND, Cause.SECOND_PUBLISHER, LOOK_S),
)

_SITE = (
    _fault("site_file_edited", _EDITED, Cause.CONFIGURATION_CHANGED, LOOK_S),
    _fault("site_file_deleted", _EDITED, Cause.CONFIGURATION_CHANGED, LOOK_S),
    _fault("safety_hangs", _HANG, _SILENT, SILENCE_S),
    _fault("safety_killed", _CRASH, _SILENT, SILENCE_S),
)

_START = (
    _fault("start_without_persons", _NEVER, Cause.STARTING, bench=Bench.START),
    _fault("start_without_robot", _NEVER, Cause.STARTING, bench=Bench.START),
    _fault("start_without_camera", _STARTS_STOPPED, Cause.STARTING, bench=Bench.START),
    _fault("start_without_calibration", _NONSENSE, Cause.STARTING, bench=Bench.START),
)

_GATES = tuple(
    _fault(name, row, _SILENT, GATE_TIMEOUT_S, Bench.GATE, _GATE)
    for name, row in (("gate_when_safety_hangs", _HANG), ("gate_when_safety_is_killed", _CRASH))
)

_CLOCKS = (
    _fault("clock_jumps_ahead", _CLOCK, Cause.CLOCK, bench=Bench.CLOCK),
    _fault("clock_jumps_back", _CLOCK, Cause.CLOCK, bench=Bench.CLOCK),
)


def _of_images(
    name: str,
    row: str,
    causes: Cause,
    timeout_s: float,
    robots: frozenset[str] = _TF,
) -> Fault:
    return _fault(name, row, causes, timeout_s, Bench.IMAGES, robots)


# A picture that stands still is noticed when the next one comes.
_FROZEN_S = HealthSettings().frozen_s + 1.0 / IMAGES_HZ
_UNUSABLE = Cause.CAMERA_BAD_IMAGE | Cause.CAMERA_STALE
_IMAGES = (
    _of_images("images_killed", _STALE, Cause.CAMERA_STALE, _MONITOR.camera_age_s),
    _of_images("images_frozen", _FROZEN, Cause.CAMERA_FROZEN, _FROZEN_S),
    _of_images("images_late", _LATE, _UNUSABLE, _MONITOR.camera_age_s),
    _of_images("images_ahead", _CLOCK, _UNUSABLE, HEARTBEAT_S),
    _of_images("images_of_wrong_size", _NONSENSE, _UNUSABLE, HEARTBEAT_S),
    _of_images("pose_hangs", _HANG, Cause.PERSONS_STALE, _MONITOR.persons_timeout_s, _BOTH),
    _of_images("camera_knocked", _MOVED, Cause.CAMERA_MOVED, DriftSettings().memory_s, _BOTH),
    _of_images("pose_killed", _CRASH, Cause.PERSONS_STALE, _MONITOR.persons_timeout_s, _BOTH),
)

FAULTS: tuple[Fault, ...] = (
    *_PERSONS,
    *_CAMERAS,
    *_ROBOTS,
    *_SITE,
    *_START,
    *_GATES,
    *_CLOCKS,
    *_IMAGES,
)
"""In the order in which they are injected: a bench at a time."""
