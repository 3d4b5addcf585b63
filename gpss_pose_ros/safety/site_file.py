"""Reads a site from its YAML file; config/zones.yaml shows every key."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import (
    Area,
    Assumption,
    CoverageSettings,
    MonitorSettings,
    Occluder,
    PersonSettings,
    Polygon,
    RobotEntry,
    RobotProfile,
    Site,
    Unseen,
)
from gpss_pose_ros.yaml_section import Section, read_section

_LARGEST = 1e6
_T = TypeVar("_T")
Reader = Callable[[Section, str], Any]


def read_site(path: Path) -> Site:
    """Return the site a YAML file describes.

    Raises:
        ConfigurationError: names the file, the key, and what is valid.
    """
    top = read_section(path)
    top.expect(
        ["coverage", "profiles", "robots"],
        ["person", "monitor", "occluders", "human_free", "cameras"],
    )
    parts: dict[str, Any] = {
        "robots": _robots(top),
        "coverage": _built(CoverageSettings, top.section("coverage"), ["low_m", "high_m"]),
        "occluders": tuple(_built(Occluder, section) for section in top.sections("occluders")),
        "human_free": tuple(_built(Area, section) for section in top.sections("human_free")),
    }
    if "person" in top:
        parts["person"] = _built(PersonSettings, top.section("person"))
    if "monitor" in top:
        parts["monitor"] = _built(MonitorSettings, top.section("monitor"))
    if "cameras" in top:
        parts["cameras"] = top.texts("cameras")
    return _checked(top, lambda: Site(**parts))


def _robots(top: Section) -> tuple[RobotEntry, ...]:
    profiles: dict[str, RobotProfile] = {}
    for section in top.sections("profiles"):
        profile = _built(RobotProfile, section)
        if profile.name in profiles:
            raise ConfigurationError(f"{section.where}: profile {profile.name} is there twice")
        profiles[profile.name] = profile
    return tuple(_robot(section, profiles) for section in top.sections("robots"))


def _robot(section: Section, profiles: Mapping[str, RobotProfile]) -> RobotEntry:
    section.expect(["name", "profile"], ["odometry", "frame", "required"])
    profile = profiles[section.choice("profile", profiles)]
    texts = {key: section.text(key) for key in ("name", "odometry", "frame") if key in section}
    required = section.flag("required", default=True)
    return _checked(section, lambda: RobotEntry(profile=profile, required=required, **texts))


def _built(kind: type[_T], section: Section, required: Iterable[str] = ()) -> _T:
    """Return a settings dataclass; required are fields without a default, and those named."""
    names = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    bare = [
        name
        for name, field in names.items()
        if field.default is MISSING and field.default_factory is MISSING
    ]
    section.expect([*bare, *required], names)
    values = {name: _READERS.get(name, _number)(section, name) for name in names if name in section}
    return _checked(section, lambda: kind(**values))


def _number(section: Section, key: str) -> float:
    return section.number(key, 0.0, _LARGEST)


def _text(section: Section, key: str) -> str:
    return section.text(key)


def _polygon(section: Section, key: str) -> Polygon:
    return tuple((x, y) for x, y in section.rows(key, 2, -_LARGEST, _LARGEST))


def _point(section: Section, key: str) -> tuple[float, ...]:
    return section.numbers(key, 2, -_LARGEST, _LARGEST)


def _heights(section: Section, key: str) -> tuple[float, ...]:
    return section.numbers(key, None, 0.0, _LARGEST)


def _unseen(section: Section, key: str) -> Unseen:
    return Unseen(section.choice(key, [choice.value for choice in Unseen]))


def _assumption(section: Section, key: str) -> Assumption:
    return Assumption(section.choice(key, [choice.value for choice in Assumption]))


def _causes(section: Section, key: str) -> Cause:
    """Return the bits of a list of names; [none] is none of them."""
    by_name = {name.lower(): cause for name, cause in Cause.__members__.items()}
    causes = Cause.NONE
    for name in section.texts(key):
        if name not in by_name:
            raise ConfigurationError(unknown_choice(key, name, by_name, section.where))
        causes |= by_name[name]
    return causes


_READERS: dict[str, Reader] = {
    "name": _text,
    "footprint_m": _polygon,
    "corners_m": _polygon,
    "low_m": _point,
    "high_m": _point,
    "heights_m": _heights,
    "unseen": _unseen,
    "assumption": _assumption,
    "latch": _causes,
}
"""How keys are read; all others are numbers."""


def _checked(section: Section, build: Callable[[], _T]) -> _T:
    """Return what `build` builds; an error says where in the file it comes from."""
    try:
        return build()
    except ConfigurationError as error:
        raise ConfigurationError(f"{section.where}: {error}") from error
