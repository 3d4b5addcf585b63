"""Every parameter of simulation_node, with its default, description and check."""

from dataclasses import dataclass

from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.nodes.pose_settings import TRANSPORTS

SIMULATION_NODE = "simulation_node"
GROUND_TRUTH_TOPIC = "/gpss/ground_truth"
VIEWS_TOPIC = f"/{SIMULATION_NODE}/views"


@dataclass(frozen=True)
class SimulationSettings:
    """Parameters of simulation_node.

    Attributes:
        world: name of a description in config/worlds, or path of one.
        seed: of everything the description leaves open; below 0, the description's own.
        people: how many; below 0, as described.
        cameras: use the first so many; 0 uses all.
        rate_hz: images per second and camera.
        duration_s: end after this much simulated time, in [s]; 0 goes on for ever.
        transport: raw or compressed.
        image_topic: topic of a camera's images, {camera} is replaced.
        camera_info_topic: topic of a camera's calibration, {camera} is replaced.
        factory_frame: parent frame of all transforms.
        ground_truth: also publish where everybody truly is.
        wait_for_subscribers_s: wait this long for somebody to subscribe to every camera, in [s].
    """

    world: str = "demo"
    seed: int = -1
    people: int = -1
    cameras: int = 0
    rate_hz: float = 10.0
    duration_s: float = 0.0
    transport: str = "raw"
    image_topic: str = "/{camera}/image_raw"
    camera_info_topic: str = "/{camera}/camera_info"
    factory_frame: str = "factory"
    ground_truth: bool = True
    wait_for_subscribers_s: float = 0.0

    def __post_init__(self) -> None:
        if self.transport not in TRANSPORTS:
            raise ConfigurationError(unknown_choice("transport", self.transport, TRANSPORTS))
        if not 0.0 < self.rate_hz <= 1000.0:
            raise ConfigurationError(f"rate_hz must be in (0, 1000], got {self.rate_hz}")
        if not self.duration_s >= 0.0:
            raise ConfigurationError(f"duration_s must be at least 0, got {self.duration_s}")
        if self.cameras < 0:
            raise ConfigurationError(f"cameras must be at least 0, got {self.cameras}")
