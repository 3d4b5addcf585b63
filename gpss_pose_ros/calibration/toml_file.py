"""Multi-camera calibration files in TOML as Pose2Sim, Anipose and Caliscope write them.

Each table but `metadata` is a camera: `size` (width, height) in [px], `matrix` 3x3, `distortions`,
`rotation` (Rodrigues vector or 3x3) and `translation` in [m] of camera-from-world, and optionally
`fisheye`.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gpss_pose_ros.errors import CalibrationError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FIELDS = ("size", "matrix", "distortions", "rotation", "translation")


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; CalibrationError where it is missing or no TOML."""
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text())
    except OSError as error:
        raise CalibrationError(f"cannot read calibration {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CalibrationError(f"calibration {path} is not valid TOML: {error}") from error
    return document


def read_calibration(path: Path) -> dict[str, Camera]:
    """Return the cameras of a calibration file by name, in file order.

    Raises:
        CalibrationError: the file is missing or no TOML, a camera lacks a field, or a field is
            impossible; the message names file, camera and field.
    """
    document = read_toml(path)
    cameras: dict[str, Camera] = {}
    for name, table in _camera_tables(document):
        if name in cameras:
            raise CalibrationError(f"calibration {path} has two cameras called {name}: rename one")
        cameras[name] = _camera(name, table, path)
    if not cameras:
        raise CalibrationError(f"calibration {path} has no camera: no table such as [cam_01]")
    return cameras


def write_calibration(path: Path, cameras: Iterable[Camera]) -> None:
    """Write cameras as `read_calibration` reads them; OSError where that is impossible."""
    path.write_text("\n".join(_table(camera) for camera in cameras))


def _table(camera: Camera) -> str:
    model, camera_from_factory = camera.model, camera.camera_from_factory
    values = {
        "size": list(model.size),
        "matrix": model.K.tolist(),
        "distortions": model.distortion.tolist(),
        "rotation": camera_from_factory.rotation.tolist(),
        "translation": camera_from_factory.translation.tolist(),
        "fisheye": model.model == "equidistant",
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([f"[{json.dumps(camera.camera_id)}]", *lines, ""])


def _camera_tables(document: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield (name, table): Caliscope nests its cameras as [cameras.0], the others do not."""
    nested = document.get("cameras")
    if isinstance(nested, Mapping):
        yield from ((f"cam_{key}", table) for key, table in nested.items())
        return
    for key, table in document.items():
        if isinstance(table, Mapping) and key != "metadata":
            yield str(table.get("name", key)), table


def _camera(name: str, table: object, path: Path) -> Camera:
    if not isinstance(table, Mapping):
        raise CalibrationError(f"calibration {path}, camera {name}: not a table, but {table!r}")
    missing = [field for field in _FIELDS if field not in table]
    if missing:
        raise CalibrationError(
            f"calibration {path}, camera {name}: missing {', '.join(missing)};"
            f" needed: {', '.join(_FIELDS)}"
        )
    try:
        values = {field: np.asarray(table[field], dtype=float) for field in _FIELDS}
        model = CameraModel(
            K=values["matrix"].reshape(3, 3),
            distortion=values["distortions"].reshape(-1),
            model=_model_name(table, values["distortions"].size),
            size=(int(values["size"][0]), int(values["size"][1])),
        )
        camera_from_world = _transform(values["rotation"], values["translation"])
        return Camera(name, model, camera_from_world.inverse())
    except (CalibrationError, TypeError, ValueError, IndexError) as error:
        raise CalibrationError(f"calibration {path}, camera {name}: {error}") from error


def _model_name(table: Mapping[str, Any], coefficients: int) -> str:
    if table.get("fisheye"):
        return "equidistant"
    return "plumb_bob" if coefficients <= 5 else "rational_polynomial"


def _transform(rotation: np.ndarray, translation: np.ndarray) -> Transform:
    if rotation.size == 3:
        return Transform.from_rotation_vector(rotation.reshape(3), translation.reshape(3))
    return Transform(rotation.reshape(3, 3), translation.reshape(3))
