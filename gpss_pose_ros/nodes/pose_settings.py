"""Every parameter of pose_node, with its default, description and check."""

from dataclasses import dataclass, field

from gpss_pose_ros.camera_health import HealthSettings
from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.fusion.floor_fusion import FusionSettings
from gpss_pose_ros.nodes.camera_topics import camera_topic, check_template
from gpss_pose_ros.sync import SynchronizerSettings

TRANSPORTS = ("raw", "compressed")


@dataclass(frozen=True)
class PoseSettings:
    """Parameters of pose_node.

    Attributes:
        cameras: names of the cameras; each also names its topics.
        image_topic: topic of a camera's images, {camera} is replaced; with transport compressed,
            "/compressed" is appended.
        camera_info_topic: topic of a camera's calibration, {camera} is replaced.
        image_transport: raw or compressed.
        factory_frame: the frame everything is published in: z up, floor at z = 0.
        detector: person detector: name of a description in config/models, or path of one.
        pose_model: pose estimator: name of a description in config/models, or path of one.
        providers: ONNX Runtime execution providers in order of preference: cpu, cuda, tensorrt.
        threads: threads a network may use; 0 leaves it to the engine.
        max_age_s: a result older than this when it is ready is dropped and counted, in [s].
        heartbeat_s: publish at least this often, also when no image comes, in [s].
        publish_observations: also publish what each camera saw, the evidence, on ~/observations.
        autostart: configure and activate at start, without a lifecycle manager.
        health: when a camera is no longer believed.
        sync: how images are grouped into sets.
        pipeline: everything after the networks.
    """

    cameras: tuple[str, ...] = ("cam_01", "cam_02", "cam_03", "cam_04")
    image_topic: str = "/{camera}/image_raw"
    camera_info_topic: str = "/{camera}/camera_info"
    image_transport: str = "raw"
    factory_frame: str = "factory"
    detector: str = "gpss_detector"
    pose_model: str = "gpss_pose"
    providers: tuple[str, ...] = ("cpu",)
    threads: int = 0
    max_age_s: float = 2.0
    heartbeat_s: float = 0.5
    publish_observations: bool = True
    autostart: bool = True
    health: HealthSettings = field(default_factory=HealthSettings)
    sync: SynchronizerSettings = field(default_factory=SynchronizerSettings)
    pipeline: FusionSettings = field(default_factory=FusionSettings)

    def __post_init__(self) -> None:
        if not self.cameras or len(set(self.cameras)) < len(self.cameras):
            raise ConfigurationError(
                f"parameter cameras must name at least one camera, each once: {self.cameras}"
            )
        if self.image_transport not in TRANSPORTS:
            raise ConfigurationError(
                unknown_choice("image_transport", self.image_transport, TRANSPORTS)
            )
        for name in ("image_topic", "camera_info_topic"):
            check_template(name, getattr(self, name))
        for camera in self.cameras:
            self.image_topic_of(camera)
            self.camera_info_topic_of(camera)
        for name in ("release_s", "standing_release_s", "tentative_release_s"):
            release_s = getattr(self.pipeline.tracker, name)
            if self.health.frozen_s >= release_s:
                raise ConfigurationError(
                    f"health.frozen_s ({self.health.frozen_s}) must be less than"
                    f" pipeline.tracker.{name} ({release_s}): a frozen picture of an empty floor"
                    " would make people disappear"
                )
        if not (self.max_age_s > 0.0 and self.heartbeat_s > 0.0 and self.threads >= 0):
            raise ConfigurationError("max_age_s and heartbeat_s must be > 0, and threads >= 0")

    def image_topic_of(self, camera: str) -> str:
        """Return the topic that carries a camera's images."""
        topic = camera_topic(self.image_topic, camera)
        return f"{topic}/compressed" if self.image_transport == "compressed" else topic

    def camera_info_topic_of(self, camera: str) -> str:
        """Return the topic that carries a camera's calibration."""
        return camera_topic(self.camera_info_topic, camera)
