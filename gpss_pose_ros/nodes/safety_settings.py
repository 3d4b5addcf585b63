"""Every parameter of safety_node, with its default, description and check."""

from dataclasses import dataclass, field
from string import Formatter

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.nodes.safety_output_settings import OutputSettings
from gpss_pose_ros.parameters import require_finite


@dataclass(frozen=True)
class SafetySettings:
    """Parameters of safety_node; what the site decides is in the file of zones.

    Attributes:
        zones: the site's file: robots, floor, distances, times (YAML); empty takes the package's
            config/zones.yaml.
        factory_frame: the frame everything is judged and published in, that of pose_node.
        camera_info_topic: topic of a camera's calibration, {camera} is replaced; as for pose_node.
        check_s: publishers, calibrations and the site's file are checked this often, in [s].
        coverage_s: the floor that is seen is published this often, and at once when it changes, in
            [s].
        output: what is published for planners and people beside the state, zones and coverage.
    """

    zones: str = ""
    factory_frame: str = "factory"
    camera_info_topic: str = "/{camera}/camera_info"
    check_s: float = 0.25
    coverage_s: float = 0.5
    output: OutputSettings = field(default_factory=OutputSettings)

    def __post_init__(self) -> None:
        require_finite(self, "safety_node", above_zero=True)
        keys = {
            key for _, key, _, _ in Formatter().parse(self.camera_info_topic) if key is not None
        }
        if keys != {"camera"}:
            raise ConfigurationError(
                "parameter camera_info_topic must contain {camera},"
                f" got {self.camera_info_topic!r}"
            )
