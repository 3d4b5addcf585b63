"""Listens to a simulated graph: what is reported, and what is true."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

import numpy as np

from gpss_pose_ros.evaluation.person_record import (
    FoundInstant,
    FoundPerson,
    TrueInstant,
    TruePerson,
    TrueView,
)
from gpss_pose_ros.msg import (
    FloorObservationArray,
    PersonPose,
    PersonPoseArray,
    TrueViewArray,
)
from gpss_pose_ros.msg import Foot as FootMessage
from gpss_pose_ros.msg import TrueView as TrueViewMessage
from gpss_pose_ros.nodes import conversions
from gpss_pose_ros.nodes.conversions import stamp_ns
from gpss_pose_ros.nodes.listener import LATCHED, ReplayListener, Subscription
from gpss_pose_ros.nodes.simulation_settings import GROUND_TRUTH_TOPIC, SIMULATION_NODE, VIEWS_TOPIC
from gpss_pose_ros.types import FloatArray, FloorObservation, FootSource, Side, TrackStatus

Message = TypeVar("Message")


class DemoListener(ReplayListener):
    """Keeps the messages of both sides by capture stamp, to be compared at the end."""

    def __init__(self) -> None:
        super().__init__(SIMULATION_NODE)
        self._persons: dict[int, PersonPoseArray] = {}
        self._observations: dict[int, FloorObservationArray] = {}
        self._truth: dict[int, PersonPoseArray] = {}
        self._views: dict[int, TrueViewArray] = {}

    def found(self) -> tuple[FoundInstant, ...]:
        """Return what was reported of every image set that was processed, by simulated time."""
        return tuple(
            FoundInstant(
                simulated_ns,
                tuple(_found(person) for person in message.persons),
                _boxes(message, self._observations.get(stamp)),
            )
            for stamp, simulated_ns, message in self._timed(self._persons)
        )

    def truth(self) -> tuple[TrueInstant, ...]:
        """Return who was there at every instant that was rendered, by simulated time."""
        return tuple(
            TrueInstant(simulated_ns, persons)
            for _, simulated_ns, persons in self._timed(self.truth_by_stamp())
        )

    def truth_by_stamp(self) -> dict[int, tuple[TruePerson, ...]]:
        """Return who was there at every instant that was rendered, by capture stamp in [ns]."""
        return {
            stamp: _true_persons(message, self._views[stamp])
            for stamp, message in list(self._truth.items())  # a copy: the listener adds to it
            if stamp in self._views
        }

    def observed(self) -> dict[int, tuple[FloorObservation, ...]]:
        """Return what each camera saw of every image set, by simulated time."""
        return {
            simulated_ns: tuple(conversions.floor_observation(o) for o in message.observations)
            for _, simulated_ns, message in self._timed(self._observations)
        }

    @property
    def skeleton(self) -> str:
        """Name of the order of the observed keypoints, empty before the first."""
        newest = list(self._observations.values())[-1:]
        return newest[0].skeleton if newest else ""

    def _timed(self, messages: Mapping[int, Message]) -> Iterator[tuple[int, int, Message]]:
        """Yield (capture stamp, simulated time, message); times in [ns]."""
        simulated_ns = self.record.footage_ns
        for stamp, message in messages.items():
            if stamp in simulated_ns:
                yield stamp, simulated_ns[stamp], message

    def _subscriptions(self) -> tuple[Subscription, ...]:
        return (
            *super()._subscriptions(),
            (PersonPoseArray, GROUND_TRUTH_TOPIC, self._on_truth, LATCHED),
            (TrueViewArray, VIEWS_TOPIC, self._on_views, LATCHED),
        )

    def _on_persons(self, message: PersonPoseArray) -> None:
        super()._on_persons(message)
        if message.timings:
            self._persons[stamp_ns(message.header.stamp)] = message

    def _on_seen(self, message: FloorObservationArray) -> None:
        super()._on_seen(message)
        self._observations[stamp_ns(message.header.stamp)] = message

    def _on_truth(self, message: PersonPoseArray) -> None:
        self._truth[stamp_ns(message.header.stamp)] = message

    def _on_views(self, message: TrueViewArray) -> None:
        self._views[stamp_ns(message.header.stamp)] = message


def _found(person: PersonPose) -> FoundPerson:
    feet = {side: conversions.foot(foot) for side, foot in _feet(person).items()}
    return FoundPerson(
        track_id=person.track_id,
        status=TrackStatus(person.status),
        position_m=np.array([person.position.x, person.position.y]),
        feet={side: f for side, f in feet.items() if f.source is not FootSource.OCCLUDED},
        keypoints_m=_keypoints(person),
        camera_ids=tuple(person.camera_ids),
        covariance_m2=np.array(person.position_covariance, dtype=np.float64).reshape(2, 2),
    )


def _boxes(
    message: PersonPoseArray, observations: FloorObservationArray | None
) -> dict[str, FloatArray]:
    """Return the boxes in which each camera that contributed sees somebody who is followed.

    No camera without its evidence.
    """
    if observations is None:
        return {}
    boxes: dict[str, list[FloatArray]] = {
        camera.camera_id: []
        for camera in message.cameras
        if camera.camera_id not in observations.missing_camera_ids
    }
    for observation in (o for o in observations.observations if o.track_id):
        boxes[observation.camera_id].append(np.array(observation.box, dtype=np.float64))
    return {camera: np.array(found).reshape(-1, 4) for camera, found in boxes.items()}


def _true_persons(message: PersonPoseArray, views: TrueViewArray) -> tuple[TruePerson, ...]:
    by_person: dict[int, dict[str, TrueView]] = {}
    for view in views.views:
        by_person.setdefault(view.track_id, {})[view.camera_id] = _view(view)
    return tuple(
        TruePerson(
            person_id=person.track_id,
            feet_m={side: _floor(foot) for side, foot in _feet(person).items()},
            views=by_person.get(person.track_id, {}),
            keypoints_m=_keypoints(person),
        )
        for person in message.persons
    )


def _view(view: TrueViewMessage) -> TrueView:
    boxes = np.array([view.visible_box, view.whole_box], dtype=np.float64)
    return TrueView(view.both_feet, view.visible_fraction, boxes)


def _feet(person: PersonPose) -> dict[Side, FootMessage]:
    return {Side.LEFT: person.left_foot, Side.RIGHT: person.right_foot}


def _floor(foot: FootMessage) -> FloatArray:
    return np.array([foot.position.x, foot.position.y])


def _keypoints(person: PersonPose) -> FloatArray:
    points = [[k.position.x, k.position.y, k.position.z] for k in person.keypoints]
    return np.array(points).reshape(-1, 3)
