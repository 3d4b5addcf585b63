"""Every parameter of gate_node, with its default, description and check."""

from dataclasses import dataclass

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.parameters import require_finite


@dataclass(frozen=True)
class GateSettings:
    """Parameters of gate_node.

    Attributes:
        robot: name of the robot, as in the site's file.
        zones: the site's file, that of safety_node, for the robot's outline; empty takes the
            package's config/zones.yaml.
        state_topic: where safety_node speaks.
        stamped: cmd_vel_in and cmd_vel are TwistStamped, not Twist.
        period_s: cmd_vel is sent at least this often, in [s].
        state_timeout_s: without a new state for this long the robot must stop, in [s].
        state_age_s: a state stamped longer ago, or this far ahead, does not count, in [s]: it was
            held up on the way, or clocks disagree.
        command_timeout_s: without a command for this long the robot must stop, in [s].
    """

    robot: str = ""
    zones: str = ""
    state_topic: str = "/gpss/safety/state"
    stamped: bool = False
    period_s: float = 0.05
    state_timeout_s: float = 0.2
    state_age_s: float = 0.5
    command_timeout_s: float = 0.3

    def __post_init__(self) -> None:
        times = ("period_s", "state_timeout_s", "state_age_s", "command_timeout_s")
        require_finite(self, "gate_node")
        for name in times:
            if getattr(self, name) == 0.0:
                raise ConfigurationError(f"gate_node: {name} must be > 0")
        if not self.robot:
            raise ConfigurationError("gate_node: parameter robot must name the robot")
