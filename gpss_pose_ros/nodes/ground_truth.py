"""Publishes where everybody in the simulated factory truly is, and what shows of them.

/gpss/ground_truth has a PersonPose each: feet with a covariance of nothing, OBSERVED where a camera
sees the foot, else OCCLUDED; keypoints with the fraction of the cameras that see them as score; and
in camera_ids the cameras that see both feet.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Vector3
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Header

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.msg import Foot as FootMessage
from gpss_pose_ros.msg import Keypoint, PersonPose, PersonPoseArray, TrueView, TrueViewArray
from gpss_pose_ros.nodes.conversions import stamp_ns
from gpss_pose_ros.nodes.simulation_settings import (
    GROUND_TRUTH_TOPIC,
    VIEWS_TOPIC,
    SimulationSettings,
)
from gpss_pose_ros.perception.skeleton import COCO17_KEYPOINTS
from gpss_pose_ros.simulation.factory import Factory
from gpss_pose_ros.simulation.state import FactoryState, PersonState, View
from gpss_pose_ros.simulation.truth import VISIBLE, PersonTruth
from gpss_pose_ros.types import FloatArray, Side

_LATCHED = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_EXACT_M2 = [1e-8, 0.0, 0.0, 1e-8]


class TruthPublisher:
    """The truth, if it is wanted."""

    def __init__(self, node: Node, factory: Factory, settings: SimulationSettings) -> None:
        """Advertise."""
        self._factory, self._settings = factory, settings
        self._sequence = 0
        self._last: dict[int, tuple[int, FloatArray]] = {}
        if settings.ground_truth:
            self._persons = node.create_publisher(PersonPoseArray, GROUND_TRUTH_TOPIC, _LATCHED)
            self._views = node.create_publisher(TrueViewArray, VIEWS_TOPIC, _LATCHED)

    def publish(self, state: FactoryState, views: Mapping[str, View], stamp: Time) -> None:
        """Publish everybody of one instant, by what each camera showed of them."""
        if not self._settings.ground_truth:
            return
        header = Header(frame_id=self._settings.factory_frame, stamp=stamp)
        seen = {
            camera: {truth.person_id: truth for truth in self._factory.truth(camera, view, state)}
            for camera, view in views.items()
        }
        self._sequence += 1
        persons = [self._person(person, seen, stamp) for person in state.persons]
        self._persons.publish(
            PersonPoseArray(
                header=header, publish_stamp=stamp, sequence=self._sequence, persons=persons
            )
        )
        shown = [
            _view(self._factory.cameras[camera], truth)
            for camera, truths in seen.items()
            for truth in truths.values()
            if np.isfinite(truth.box_xyxy_px).all()
        ]
        self._views.publish(TrueViewArray(header=header, views=shown))

    def _person(
        self, person: PersonState, seen: Mapping[str, Mapping[int, PersonTruth]], stamp: Time
    ) -> PersonPose:
        who = person.person_id
        truths = {camera: found[who] for camera, found in seen.items() if who in found}
        position = person.soles_m[:, :2].mean(axis=0)
        visible = np.array([t.visibility == VISIBLE for t in truths.values()]).reshape(-1, 23)
        fractions = visible.sum(axis=0) / max(len(seen), 1)
        coco17 = slice(len(COCO17_KEYPOINTS))
        points = zip(person.keypoints_m[coco17], fractions[coco17], strict=True)
        return PersonPose(
            track_id=who,
            status=PersonPose.CONFIRMED,
            score=1.0,
            position=_point([*position, 0.0]),
            position_covariance=_EXACT_M2,
            velocity=self._velocity(who, position, stamp_ns(stamp)),
            predicted_position=_point([*position, 0.0]),
            predicted_covariance=_EXACT_M2,
            left_foot=_foot(person, Side.LEFT, truths.values()),
            right_foot=_foot(person, Side.RIGHT, truths.values()),
            keypoints=[
                Keypoint(position=_point(point), score=float(score)) for point, score in points
            ],
            camera_ids=[c for c, truth in truths.items() if _both_feet(truth)],
            capture_stamp=stamp,
        )

    def _velocity(self, person_id: int, position: FloatArray, now_ns: int) -> Vector3:
        """Return the mean velocity since the last instant."""
        before_ns, before = self._last.get(person_id, (now_ns, position))
        self._last[person_id] = now_ns, position
        if now_ns <= before_ns:
            return Vector3()
        x, y = (position - before) / ((now_ns - before_ns) / 1e9)
        return Vector3(x=float(x), y=float(y))


def _both_feet(truth: PersonTruth) -> bool:
    return all(truth.foot_visible(side) for side in Side)


def _foot(person: PersonState, side: Side, truths: Iterable[PersonTruth]) -> FootMessage:
    x, y, _ = person.soles_m[0 if side is Side.LEFT else 1]
    observed = any(truth.foot_visible(side) for truth in truths)
    return FootMessage(
        position=_point([x, y, 0.0]),
        covariance=_EXACT_M2,
        source=FootMessage.OBSERVED if observed else FootMessage.OCCLUDED,
    )


def _view(camera: Camera, truth: PersonTruth) -> TrueView:
    width, height = camera.model.size
    limit = np.array([width, height, width, height]) - 0.5
    return TrueView(
        camera_id=camera.camera_id,
        track_id=truth.person_id,
        both_feet=_both_feet(truth),
        visible_fraction=truth.visible_fraction,
        visible_box=truth.box_xyxy_px.astype(np.float32),
        whole_box=np.clip(truth.amodal_box_xyxy_px, -0.5, limit).astype(np.float32),
        visibility=truth.visibility.tolist(),
    )


def _point(position: Iterable[float]) -> Point:
    return Point(**dict(zip("xyz", map(float, position), strict=True)))
