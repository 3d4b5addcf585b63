"""From what each camera sees to persons: who is one person, and where that person is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gpss_pose_ros.fusion.association import AssociationSettings, associate
from gpss_pose_ros.fusion.keypoint_rays import KeypointRays
from gpss_pose_ros.fusion.person import PersonSettings, persons
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloorObservation, PersonObservation


@dataclass(frozen=True)
class MergeSettings:
    """How cameras are merged.

    Attributes:
        association: who is one person.
        person: where that person is.
    """

    association: AssociationSettings = field(default_factory=AssociationSettings)
    person: PersonSettings = field(default_factory=PersonSettings)


def merge(
    observations: Sequence[FloorObservation], cameras: Mapping[str, Camera], settings: MergeSettings
) -> tuple[PersonObservation, ...]:
    """Return one PersonObservation per person, in the order of their first observation.

    Args:
        observations: of one instant, of any number of cameras.
        cameras: by camera_id, at that instant.
        settings: gates and assumptions.
    """
    rays = KeypointRays.of(observations, cameras)
    groups = associate(observations, cameras, settings.association, rays)
    return persons(groups, observations, cameras, settings.person, rays)
