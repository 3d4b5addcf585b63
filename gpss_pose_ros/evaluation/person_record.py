"""Who was there and who was reported, instant by instant, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gpss_pose_ros.types import FloatArray, Foot, Side, TrackStatus

SEEN_FRACTION = 0.2  # a camera that shows less of a person is not expected to see them
_SEEN = (TrackStatus.TENTATIVE, TrackStatus.CONFIRMED)


@dataclass(frozen=True, eq=False)
class TrueView:
    """What one camera's image shows of a person.

    Attributes:
        both_feet: whether both feet are visible.
        fraction: of the person that is visible, in [0, 1].
        boxes_xyxy_px: (n, 4) every box that is right for the person in this image: around what is
            visible, around the whole person; n = 0 where nothing is visible.
    """

    both_feet: bool
    fraction: float
    boxes_xyxy_px: FloatArray = field(default_factory=lambda: np.empty((0, 4)))


@dataclass(frozen=True, eq=False)
class TruePerson:
    """A person who was there.

    Attributes:
        person_id: stable over the run.
        feet_m: by side (2,), the point on the floor under the middle of the sole, factory frame.
        views: by camera; a camera that does not show the person may be left out.
        keypoints_m: (K, 3) COCO's 17 first, in [m]; None where unknown.
    """

    person_id: int
    feet_m: Mapping[Side, FloatArray]
    views: Mapping[str, TrueView]
    keypoints_m: FloatArray | None = None

    @property
    def position_m(self) -> FloatArray:
        """(2,) between the feet."""
        middle: FloatArray = (self.feet_m[Side.LEFT] + self.feet_m[Side.RIGHT]) / 2.0
        return middle

    @property
    def cameras_with_feet(self) -> int:
        """How many cameras show both feet."""
        return sum(view.both_feet for view in self.views.values())

    @property
    def cameras_with_person(self) -> int:
        """How many cameras show at least SEEN_FRACTION of the person."""
        return sum(view.fraction >= SEEN_FRACTION for view in self.views.values())


@dataclass(frozen=True)
class TrueInstant:
    """Everybody who was there at one capture stamp in [ns]."""

    stamp_ns: int
    persons: tuple[TruePerson, ...]


@dataclass(frozen=True, eq=False)
class FoundPerson:
    """A person who was reported; an attribute means what it does in types.Track.

    Attributes:
        track_id: identity.
        status: of the track.
        position_m: (2,) in [m].
        feet: those that were placed, observed or inferred, by side.
        keypoints_m: (K, 3) COCO's 17 first, in [m]; NaN where unknown.
        camera_ids: cameras that saw the person.
        covariance_m2: (2, 2) of position_m in [m^2], None where not known.
    """

    track_id: int
    status: TrackStatus
    position_m: FloatArray
    feet: Mapping[Side, Foot]
    keypoints_m: FloatArray = field(default_factory=lambda: np.empty((0, 3)))
    camera_ids: tuple[str, ...] = ()
    covariance_m2: FloatArray | None = None

    @property
    def seen(self) -> bool:
        """Whether seen at this instant, not merely held."""
        return self.status in _SEEN


@dataclass(frozen=True, eq=False)
class FoundInstant:
    """Everything reported of one image set.

    Attributes:
        stamp_ns: capture stamp of the set.
        persons: everybody reported; those LOST do not count.
        boxes_xyxy_px: by camera (N, 4), the detections in its image that belong to somebody who is
            reported. Every camera whose image was processed is a key, also where it shows nobody.
    """

    stamp_ns: int
    persons: tuple[FoundPerson, ...]
    boxes_xyxy_px: Mapping[str, FloatArray] = field(default_factory=dict)
