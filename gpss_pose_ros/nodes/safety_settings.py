"""Every parameter of safety_node, with its default, description and check."""

from dataclasses import dataclass, field

from gpss_pose_ros.nodes.camera_topics import check_template
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
        check_template("camera_info_topic", self.camera_info_topic)
