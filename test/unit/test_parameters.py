"""Parameters come from settings dataclasses: declared once, described, and checked."""

from dataclasses import dataclass, field

import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.nodes.pose_settings import PoseSettings
from gpss_pose_ros.parameters import parameters_of, settings_from


@dataclass(frozen=True)
class Inner:
    """Inside.

    Attributes:
        gain: of the amplifier,
            in [dB].
    """

    gain: float = 2.0

    def __post_init__(self):
        if not self.gain > 0.0:
            raise ConfigurationError(f"gain must be > 0, got {self.gain}")


@dataclass(frozen=True)
class Outer:
    """Outside.

    Attributes:
        names: of things: as many as you like.
        count: how many.
        on: whether.
        inner: everything inside.
    """

    names: tuple[str, ...] = ("a", "b")
    count: int = 3
    on: bool = False
    inner: Inner = field(default_factory=Inner)


def test_every_field_is_a_parameter_with_default_and_description():
    found = {p.name: (p.default, p.description) for p in parameters_of(Outer)}
    assert found == {
        "names": (["a", "b"], "of things: as many as you like."),
        "count": (3, "how many."),
        "on": (False, "whether."),
        "inner.gain": (2.0, "of the amplifier, in [dB]."),
    }


def test_settings_come_back_from_their_own_parameters():
    values = {p.name: p.default for p in parameters_of(PoseSettings)}
    assert settings_from(PoseSettings, values) == PoseSettings()


def test_values_reach_their_place():
    values = {"names": ["x"], "count": 5, "on": True, "inner.gain": 4.5}
    assert settings_from(Outer, values) == Outer(("x",), 5, True, Inner(4.5))


def test_a_whole_number_will_do_for_a_float():
    gain = settings_from(Outer, {"inner.gain": 4}).inner.gain
    assert (gain, type(gain)) == (4.0, float)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("names", "a, b"),
        ("count", 3.0),
        ("count", True),
        ("count", "3"),
        ("on", 1),
        ("on", "true"),
        ("inner.gain", "2.0"),
        ("inner.gain", True),
        ("inner.gain", None),
    ],
)
def test_a_value_of_another_type_is_named(name, value):
    with pytest.raises(ConfigurationError, match=rf"parameter {name} must be .*{value!r}"):
        settings_from(Outer, {name: value})


def test_the_dataclass_s_own_checks_apply():
    with pytest.raises(ConfigurationError, match="gain must be > 0"):
        settings_from(Outer, {"inner.gain": -1.0})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"cameras": ()}, "at least one camera"),
        ({"cameras": ["a", "a"]}, "each once"),
        ({"image_transport": "theora"}, "valid: raw, compressed"),
        ({"image_topic": "/image"}, r"image_topic must contain \{camera\}"),
        ({"camera_info_topic": "/{cam}/info"}, r"camera_info_topic must contain \{camera\}"),
        ({"max_age_s": 0.0}, "max_age_s"),
        ({"heartbeat_s": float("nan")}, "heartbeat_s"),
        ({"threads": -1}, "threads"),
        ({"health.stale_s": float("nan")}, "stale_s"),
        ({"sync.slop_s": -0.1}, "slop_s"),
        ({"pipeline.merge.association.gate": float("inf")}, "gate"),
        ({"pipeline.tracker.confirm_hits": 0}, "confirm_hits"),
        ({"pipeline.observation.ankle_height_m": -0.09}, "ankle_height_m"),
    ],
)
def test_pose_node_refuses_what_cannot_be(values, message):
    with pytest.raises(ConfigurationError, match=message):
        settings_from(PoseSettings, values)


def test_topics_follow_the_camera_and_the_transport():
    raw, compressed = PoseSettings(), PoseSettings(image_transport="compressed")
    assert raw.image_topic_of("north") == "/north/image_raw"
    assert compressed.image_topic_of("north") == "/north/image_raw/compressed"
    assert compressed.camera_info_topic_of("north") == "/north/camera_info"
