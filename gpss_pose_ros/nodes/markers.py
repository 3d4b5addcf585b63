"""RViz markers of everybody on the floor."""

from collections.abc import Iterable

import numpy as np
from geometry_msgs.msg import Point
from std_msgs.msg import ColorRGBA, Header
from tf_transformations import quaternion_from_euler
from visualization_msgs.msg import Marker, MarkerArray

from gpss_pose_ros.perception.skeleton import Skeleton
from gpss_pose_ros.types import FloatArray, Foot, Side, Track, TrackStatus

_COLOURS = {
    TrackStatus.TENTATIVE: (0.9, 0.8, 0.2),
    TrackStatus.CONFIRMED: (0.2, 0.8, 0.3),
    TrackStatus.HELD: (0.95, 0.5, 0.1),
}
_FEET = {Side.LEFT: (0.3, 0.9, 0.4), Side.RIGHT: (0.95, 0.35, 0.35)}
_ELLIPSE_SIGMAS = 2.448  # 95 % of a 2D normal distribution
_FLAT_M = 0.01


def person_markers(header: Header, tracks: Iterable[Track], skeleton: Skeleton) -> MarkerArray:
    """Return markers that replace all earlier ones: 95 % ellipses, feet, skeletons, names."""
    clear = Marker(header=header, ns="persons", action=Marker.DELETEALL)
    markers = [clear]
    for track in tracks:
        if track.status is TrackStatus.LOST:
            continue
        colour = _COLOURS[track.status]
        markers.append(_ellipse(header, "position", track.track_id, track.position_m,
                                track.covariance[:2, :2], colour, 0.35))  # fmt: skip
        markers.append(_label(header, track))
        markers += [_foot(header, track, side, foot) for side, foot in track.feet.items()]
        markers.append(_skeleton(header, track, skeleton, colour))
    return MarkerArray(markers=[m for m in markers if m is not None])


def _ellipse(
    header: Header,
    namespace: str,
    marker_id: int,
    position_m: FloatArray,
    covariance_m2: FloatArray,
    colour: tuple[float, float, float],
    alpha: float,
) -> Marker:
    """A flat cylinder along the covariance's axes."""
    variances, axes = np.linalg.eigh(covariance_m2)
    yaw = float(np.arctan2(axes[1, 1], axes[0, 1]))
    minor, major = 2.0 * _ELLIPSE_SIGMAS * np.sqrt(np.maximum(variances, 1e-6))
    marker = _marker(header, namespace, marker_id, Marker.CYLINDER, colour, alpha)
    marker.pose.position = Point(x=float(position_m[0]), y=float(position_m[1]), z=_FLAT_M)
    orientation = marker.pose.orientation
    orientation.x, orientation.y, orientation.z, orientation.w = quaternion_from_euler(0, 0, yaw)
    marker.scale.x, marker.scale.y, marker.scale.z = float(major), float(minor), _FLAT_M
    return marker


def _foot(header: Header, track: Track, side: Side, foot: Foot) -> Marker:
    marker_id = 2 * track.track_id + (side is Side.RIGHT)
    return _ellipse(
        header, "feet", marker_id, foot.position_m, foot.covariance_m2, _FEET[side], 0.6
    )


def _label(header: Header, track: Track) -> Marker:
    marker = _marker(header, "names", track.track_id, Marker.TEXT_VIEW_FACING, (1.0, 1.0, 1.0), 1.0)
    x, y = map(float, track.position_m)
    marker.pose.position = Point(x=x, y=y, z=2.1)
    marker.scale.z = 0.2
    marker.text = f"{track.track_id} {track.status.name.lower()}"
    return marker


def _skeleton(
    header: Header, track: Track, skeleton: Skeleton, colour: tuple[float, float, float]
) -> Marker | None:
    """Lines between the keypoints that are known in space."""
    known = np.isfinite(track.keypoints_m).all(axis=1)
    edges = [(a, b) for a, b in skeleton.edges if b < len(known) and known[a] and known[b]]
    if not edges:
        return None
    marker = _marker(header, "skeletons", track.track_id, Marker.LINE_LIST, colour, 1.0)
    marker.scale.x = 0.03
    marker.points = [
        Point(**dict(zip("xyz", map(float, track.keypoints_m[end]), strict=True)))
        for edge in edges
        for end in edge
    ]
    return marker


def _marker(
    header: Header,
    namespace: str,
    marker_id: int,
    kind: int,
    colour: tuple[float, float, float],
    alpha: float,
) -> Marker:
    marker = Marker(header=header, ns=namespace, id=marker_id, type=kind, action=Marker.ADD)
    marker.pose.orientation.w = 1.0
    red, green, blue = colour
    marker.color = ColorRGBA(r=red, g=green, b=blue, a=alpha)
    return marker
