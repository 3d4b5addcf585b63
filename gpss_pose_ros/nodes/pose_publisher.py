"""What pose_node says: persons, evidence, markers, annotated images, diagnostics."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.lifecycle import LifecycleNode
from rclpy.publisher import Publisher
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from gpss_pose_ros.camera_health import CameraStatus
from gpss_pose_ros.fusion.drift import CameraDrift
from gpss_pose_ros.fusion.tracker import predicted
from gpss_pose_ros.msg import CameraStatus as CameraStatusMessage
from gpss_pose_ros.msg import FloorObservationArray, PersonPose, PersonPoseArray
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.annotate import annotated
from gpss_pose_ros.nodes.diagnose import pose_diagnostics
from gpss_pose_ros.nodes.images import image_message
from gpss_pose_ros.nodes.markers import person_markers
from gpss_pose_ros.nodes.pose_settings import PoseSettings
from gpss_pose_ros.nodes.pose_worker import Cycle
from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.pipeline import Sighting
from gpss_pose_ros.types import CameraState


class PosePublisher:
    """The publishers of pose_node; the worker's thread calls `publish`, the node's the rest."""

    def __init__(
        self,
        node: LifecycleNode,
        settings: PoseSettings,
        skeleton: Skeleton,
        sequence: Iterator[int],
    ) -> None:
        """Advertise; `sequence` numbers the arrays."""
        self._node, self._settings, self._skeleton = node, settings, skeleton
        self._sequence = sequence
        advertise = node.create_lifecycle_publisher
        self._persons = advertise(PersonPoseArray, "/gpss/persons", 10)
        self._observations = advertise(FloorObservationArray, "~/observations", 10)
        self._markers = advertise(MarkerArray, "~/markers", 1)
        self._annotated = {
            camera: advertise(ImageMessage, f"~/annotated/{camera}", 1)
            for camera in settings.cameras
        }
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", 10)

    def close(self) -> None:
        """Stop advertising."""
        managed = (self._persons, self._observations, self._markers, *self._annotated.values())
        for publisher in managed:
            self._node.destroy_lifecycle_publisher(publisher)
        self._node.destroy_publisher(self._diagnostics)

    def publish(
        self,
        cycle: Cycle,
        statuses: Mapping[str, CameraStatus],
        drifts: Iterable[CameraDrift],
    ) -> None:
        """Publish the outcome of one cycle, and of every camera its status and whether it moved."""
        started = time.perf_counter_ns()
        now_ns = self._node.get_clock().now().nanoseconds
        sighting = cycle.sighting
        stamp_ns = sighting.images.stamp_ns if sighting else now_ns
        header = Header(
            frame_id=self._settings.factory_frame, stamp=conversions.time_message(stamp_ns)
        )
        if sighting and self._settings.publish_observations and _wanted(self._observations):
            self._observations.publish(
                conversions.observations_message(
                    header,
                    self._skeleton.name,
                    cycle.missing,
                    sighting.observations,
                    cycle.track_ids,
                )
            )
        if _wanted(self._markers):
            self._markers.publish(person_markers(header, cycle.tracks, self._skeleton))
        if sighting:
            self._publish_annotated(sighting)
        message = self._persons_message(header, cycle)
        moved = {drift.camera_id for drift in drifts if drift.accused}
        message.cameras = [
            _camera_message(status, cycle, now_ns, name in moved)
            for name, status in statuses.items()
        ]
        if cycle.stages_ns:
            stages_ns = {**cycle.stages_ns, "publish": time.perf_counter_ns() - started}
            message.timings = conversions.timing_messages(stages_ns)
        self._persons.publish(message)

    def diagnose(
        self,
        statuses: Mapping[str, CameraStatus],
        received: Mapping[str, int],
        faults: Mapping[str, int],
        counts: Mapping[str, int],
        drifts: Iterable[CameraDrift],
    ) -> None:
        """Publish the state of the pipeline and of every camera."""
        stamp = self._node.get_clock().now().to_msg()
        self._diagnostics.publish(
            pose_diagnostics(stamp, statuses.values(), received, faults, counts, drifts)
        )

    def _persons_message(self, header: Header, cycle: Cycle) -> PersonPoseArray:
        publish_ns = self._node.get_clock().now().nanoseconds
        message = PersonPoseArray(header=header, sequence=next(self._sequence))
        message.publish_stamp = conversions.time_message(publish_ns)
        message.persons = self._person_messages(cycle, header, publish_ns)
        return message

    def _person_messages(self, cycle: Cycle, header: Header, publish_ns: int) -> list[PersonPose]:
        cycle_ns, settings = conversions.stamp_ns(header.stamp), self._settings.pipeline.tracker
        return [
            conversions.person_message(
                track,
                predicted(track, publish_ns, settings, since_ns=cycle_ns),
                self._skeleton.coco17_indices,
            )
            for track in cycle.tracks
        ]

    def _publish_annotated(self, sighting: Sighting) -> None:
        for image in sighting.images.images:
            publisher = self._annotated[image.camera_id]
            if _wanted(publisher):
                poses = sighting.poses[image.camera_id]
                message = image_message(annotated(image.pixels, poses, self._skeleton))
                message.header.stamp = conversions.time_message(image.stamp_ns)
                publisher.publish(message)


def _wanted(publisher: Publisher) -> bool:
    """Tell whether somebody listens: what nobody looks at need not be drawn or converted."""
    return publisher.get_subscription_count() > 0


def _camera_message(
    status: CameraStatus, cycle: Cycle, now_ns: int, moved: bool
) -> CameraStatusMessage:
    """Return the status for this cycle: a healthy camera that gave it no image has seen nothing."""
    camera = status.camera_id
    if camera in cycle.missing and status.state is CameraState.OK:
        status = replace(status, state=CameraState.STALE, reason="no image of it in this cycle")
    sighting = cycle.sighting
    seen = len(sighting.poses.get(camera, ())) if sighting else 0
    unplaced = sighting.unplaced.get(camera, 0) if sighting else 0
    return conversions.camera_status_message(status, now_ns, seen, unplaced, moved)
