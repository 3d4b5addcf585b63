"""Two tracks on one person: how they are found out, and which of them stays.

Two who were ever seen by one camera at one instant are two persons, however close they are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gpss_pose_ros.fusion.followed import Followed
from gpss_pose_ros.fusion.tracker_settings import TrackerSettings


class Duplicates:
    """Remembers which two tracks have been side by side, and since when."""

    def __init__(self, settings: TrackerSettings) -> None:
        self._settings = settings
        self._since_ns: dict[tuple[int, int], int] = {}

    def note_apart(self, persons: Sequence[Followed]) -> None:
        """Remember who is seen at this instant by the same camera."""
        by_camera: dict[str, set[int]] = {}
        for person in persons:
            if person.is_seen:
                for camera in person.last.camera_ids:
                    by_camera.setdefault(camera, set()).add(person.track_id)
        for person in persons:
            if person.is_seen:
                person.others.update(*(by_camera[camera] for camera in person.last.camera_ids))

    def absorbed(self, persons: Sequence[Followed], stamp_ns: int) -> list[tuple[int, int]]:
        """Return (stays, goes) indices of tracks that turned out to be one person.

        Of the two only one is seen at a time; for `duplicate_s` they were within `duplicate_m`.
        """
        close = {
            (persons[i].track_id, persons[j].track_id): (i, j)
            for i, j in self._side_by_side(persons)
        }
        since_ns = {pair: min(self._since_ns.get(pair, stamp_ns), stamp_ns) for pair in close}
        self._since_ns = since_ns
        pairs: list[tuple[int, int]] = []
        for pair, (older, younger) in close.items():
            long_enough = stamp_ns - since_ns[pair] > self._settings.duplicate_s * 1e9
            if long_enough and not {older, younger} & {goes for _, goes in pairs}:
                better = persons[younger].confirmed > persons[older].confirmed
                pairs.append((younger, older) if better else (older, younger))
        return pairs

    def _side_by_side(self, persons: Sequence[Followed]) -> list[tuple[int, int]]:
        """Return (i, j), i the older, of close pairs that may be one person."""
        if len(persons) < 2:
            return []
        places = np.array([p.state[:2] for p in persons])
        near = np.linalg.norm(places[:, None] - places, axis=2) <= self._settings.duplicate_m
        return [
            (int(i), int(j))
            for i, j in zip(*np.nonzero(np.triu(near, 1)), strict=True)
            if persons[i].is_seen != persons[j].is_seen
            and persons[j].track_id not in persons[i].others
        ]


def absorb(stays: Followed, goes: Followed) -> Followed:
    """Return the one person that two tracks were: the identity of one, the latest of both."""
    latest = stays if stays.is_seen else goes
    return replace(
        latest,
        track_id=stays.track_id,
        confirmed=stays.confirmed or goes.confirmed,
        has_walked=stays.has_walked or goes.has_walked,
        others=stays.others | goes.others,
    )
