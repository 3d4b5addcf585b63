"""A contact sheet of failures: the place in the image, with the truth and what was reported."""

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np

from gpss_pose_ros.evaluation.failures import Failure
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.types import FloatArray, ImageArray

Picture = Callable[[str, int], ImageArray]  # the image (H, W, 3) BGR of a camera at a stamp in [ns]
_TILE_PX, _CAPTION_PX, _COLUMNS = 320, 40, 4
_CONTEXT = 1.8  # a crop shows this much more than the box
_LEAST_CROP_PX = 100.0
_TRUE, _FOUND, _TEXT = (80, 220, 80), (60, 60, 255), (235, 235, 235)


def failure_sheet(
    failures: Sequence[Failure], picture: Picture, cameras: Mapping[str, Camera]
) -> ImageArray:
    """Return the sheet as an image: green is the truth, red what was detected and reported.

    Args:
        failures: in the order to show them; none gives one empty row.
        picture: called once for each failure, so that no run need keep its images.
        cameras: by camera_id.
    """
    tiles = [_tile(failure, picture, cameras[failure.camera_id]) for failure in failures]
    blank = np.full((_TILE_PX + _CAPTION_PX, _TILE_PX, 3), 30, np.uint8)
    tiles += [blank] * (-len(tiles) % _COLUMNS or (0 if tiles else _COLUMNS))
    rows = [np.hstack(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS)]
    sheet: ImageArray = np.vstack(rows)
    return sheet


def _tile(failure: Failure, picture: Picture, camera: Camera) -> ImageArray:
    pixels = picture(failure.camera_id, failure.stamp_ns)
    tile_from_image = _crop(failure.box_xyxy_px)
    crop: ImageArray = np.asarray(
        cv2.warpAffine(pixels, tile_from_image, (_TILE_PX, _TILE_PX)), dtype=np.uint8
    )
    _draw_boxes(crop, failure, tile_from_image)
    _draw_feet(crop, failure, camera, tile_from_image)
    caption = np.zeros((_CAPTION_PX, _TILE_PX, 3), np.uint8)
    where = f"{failure.camera_id} at {failure.stamp_ns / 1e9:.2f} s"
    for line, text in enumerate((failure.caption, where)):
        spot = (6, 16 + 17 * line)
        cv2.putText(caption, text, spot, cv2.FONT_HERSHEY_SIMPLEX, 0.47, _TEXT, 1, cv2.LINE_AA)
    tile: ImageArray = np.vstack([crop, caption])
    return tile


def _crop(box_xyxy_px: FloatArray) -> FloatArray:
    """Return tile_from_image (2, 3): a square around the box."""
    centre = (box_xyxy_px[:2] + box_xyxy_px[2:]) / 2.0
    side = max(_CONTEXT * float((box_xyxy_px[2:] - box_xyxy_px[:2]).max()), _LEAST_CROP_PX)
    scale = _TILE_PX / side
    return np.column_stack([scale * np.eye(2), _TILE_PX / 2.0 - scale * centre])


def _draw_boxes(tile: ImageArray, failure: Failure, tile_from_image: FloatArray) -> None:
    """Draw true boxes, thin, over those detected: where they agree, both are seen."""
    instant, camera = failure.instant, failure.camera_id
    for box in instant.found.boxes_xyxy_px.get(camera, ()):
        _draw_box(tile, box, tile_from_image, _FOUND, 3)
    for person in instant.truth.persons:
        if camera in person.views:
            for box in person.views[camera].boxes_xyxy_px[:1]:
                _draw_box(tile, box, tile_from_image, _TRUE, 1)


def _draw_box(
    tile: ImageArray,
    box: FloatArray,
    tile_from_image: FloatArray,
    colour: tuple[int, int, int],
    width: int,
) -> None:
    (left, top), (right, bottom) = _spots(box.reshape(2, 2), tile_from_image)
    cv2.rectangle(tile, (left, top), (right, bottom), colour, width, cv2.LINE_AA)


def _draw_feet(
    tile: ImageArray, failure: Failure, camera: Camera, tile_from_image: FloatArray
) -> None:
    instant = failure.instant
    true = [foot for person in instant.truth.persons for foot in person.feet_m.values()]
    found = [foot.position_m for p in instant.found.persons for foot in p.feet.values()]
    for feet, colour, marker in (
        (true, _TRUE, cv2.MARKER_TILTED_CROSS),
        (found, _FOUND, cv2.MARKER_CROSS),
    ):
        on_floor = np.array([[*foot, 0.0] for foot in feet], dtype=np.float64).reshape(-1, 3)
        pixels = camera.project(on_floor)
        for spot in _spots(pixels[np.isfinite(pixels).all(axis=1)], tile_from_image):
            cv2.drawMarker(tile, spot, colour, marker, 12, 2)


def _spots(points_px: FloatArray, tile_from_image: FloatArray) -> list[tuple[int, int]]:
    """Return points (n, 2) of the image as whole pixels of the tile, far ones brought near."""
    tile = points_px @ tile_from_image[:, :2].T + tile_from_image[:, 2]
    return [(x, y) for x, y in np.clip(tile, -1e4, 1e4).round().astype(int).tolist()]
