"""Every parameter of what safety_node publishes for planners and people."""

from dataclasses import dataclass
from string import Formatter

from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.parameters import require_finite

RADII = ("reach", "separation")
_SEEN_BY_NAV2_M = (0.05, 0.5)
_WIDEST_M = 0.1


@dataclass(frozen=True)
class OutputSettings:
    """What safety_node publishes beside the state, the zones and the coverage.

    On are outputs for people, and the cloud: it needs nothing but ROS itself, and it and the
    markers are only made while somebody subscribes. Off is what speaks in a robot's own name or
    needs Nav2's messages: that is for whoever sets the robot up to decide.

    Attributes:
        markers: zones, robots and reasons for RViz on /gpss/safety/markers.
        diagnostics: the verdicts and their reasons on /diagnostics, every second.
        cloud: zones filled with points on /gpss/safety/obstacles, for Nav2's collision_monitor.
        cloud_radius: which zones the points fill, reach or separation.
        cloud_unseen: points fill the floor that no camera sees, too; a robot that only listens to
            the cloud, and to no lock, then stops there.
        cloud_spacing_m: between points, in [m].
        cloud_height_m: of the points above the floor, in [m].
        lock: a std_msgs/Bool for each robot, true while it must stop, for twist_mux.
        lock_topic: its topic, {robot} is replaced.
        speed_limit: a nav2_msgs/SpeedLimit for each robot, for Nav2's controllers.
        speed_limit_topic: its topic, {robot} is replaced.
        speed_floor_mps: the least speed limit, in [m/s], because 0 means no limit to Nav2; a robot
            that may only go slower is locked.
        keepout: zones as the mask of Nav2's keepout filter on /gpss/safety/keepout_mask, announced
            on /gpss/safety/keepout_filter_info.
        keepout_radius: which zones the mask shows, reach or separation.
        keepout_unseen: the mask also shows the floor that no camera sees.
        keepout_s: the mask changes this often at most, in [s]: planners plan anew each time.
    """

    markers: bool = True
    diagnostics: bool = True
    cloud: bool = True
    cloud_radius: str = "separation"
    cloud_unseen: bool = False
    cloud_spacing_m: float = 0.1
    cloud_height_m: float = 0.2
    lock: bool = False
    lock_topic: str = "/{robot}/safety_lock"
    speed_limit: bool = False
    speed_limit_topic: str = "/{robot}/speed_limit"
    speed_floor_mps: float = 0.05
    keepout: bool = False
    keepout_radius: str = "reach"
    keepout_unseen: bool = False
    keepout_s: float = 1.0

    def __post_init__(self) -> None:
        require_finite(self, "output")
        for name in ("cloud_spacing_m", "speed_floor_mps", "keepout_s"):
            if getattr(self, name) == 0.0:
                raise ConfigurationError(f"output: {name} must be > 0")
        if self.cloud_spacing_m > _WIDEST_M:
            raise ConfigurationError(
                f"output: cloud_spacing_m must be {_WIDEST_M} at most, got {self.cloud_spacing_m}:"
                " a small robot must have four points under it"
            )
        low_m, high_m = _SEEN_BY_NAV2_M
        if not low_m < self.cloud_height_m < high_m:
            raise ConfigurationError(
                f"output: cloud_height_m must be between {low_m} and {high_m}, got"
                f" {self.cloud_height_m}: collision_monitor drops other points"
            )
        for name in ("cloud_radius", "keepout_radius"):
            if getattr(self, name) not in RADII:
                raise ConfigurationError(
                    unknown_choice(name, getattr(self, name), RADII, where="output")
                )
        for name in ("lock_topic", "speed_limit_topic"):
            _require_robot(name, getattr(self, name))


def _require_robot(name: str, topic: str) -> None:
    """Raise unless a topic differs from robot to robot."""
    keys = {key for _, key, _, _ in Formatter().parse(topic) if key is not None}
    if keys != {"robot"}:
        raise ConfigurationError(f"output: {name} must contain {{robot}}, got {topic!r}")
