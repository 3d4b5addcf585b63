"""A camera's view counts as seen only while it delivers pictures that change."""

import numpy as np
import pytest

from gpss_pose_ros.camera_health import CameraHealth, HealthSettings
from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.types import CameraState

SECOND = 1_000_000_000
PERIOD = SECOND // 10
SETTINGS = HealthSettings(stale_s=0.5, frozen_s=1.0)


def picture(seed):
    return np.random.default_rng(seed).integers(0, 256, (48, 64, 3), dtype=np.uint8)


@pytest.fixture
def health():
    return CameraHealth("north", SETTINGS)


def deliver(health, pictures, start=0):
    """Deliver pictures ten times a second; return the time of the last one."""
    for k, pixels in enumerate(pictures):
        now = start + k * PERIOD
        health.arrived(1000 * SECOND + now, now)
        health.looked_at(pixels, 1000 * SECOND + now, now)
    return now


def test_a_camera_that_never_delivered_is_missing(health):
    status = health.status(100 * SECOND)
    assert (status.camera_id, status.state) == ("north", CameraState.MISSING)
    assert status.last_stamp_ns is None
    assert status.rate_hz == 0.0
    assert status.reason


def test_a_camera_that_delivers_is_ok(health):
    now = deliver(health, map(picture, range(20)))
    status = health.status(now)
    assert (status.state, status.reason) == (CameraState.OK, "")
    assert status.last_stamp_ns == 1000 * SECOND + now
    assert status.rate_hz == pytest.approx(10.0)


def test_a_silent_camera_is_stale_and_recovers(health):
    now = deliver(health, map(picture, range(5)))
    assert health.status(now + SECOND // 2).state is CameraState.OK
    silent = health.status(now + SECOND // 2 + 1)
    assert silent.state is CameraState.STALE
    assert "no image for 0.5 s" in silent.reason
    later = deliver(health, [picture(9)], start=now + 5 * SECOND)
    assert health.status(later).state is CameraState.OK


def test_the_rate_falls_while_nothing_comes(health):
    now = deliver(health, map(picture, range(5)))
    rates = [health.status(now + k * SECOND).rate_hz for k in range(4)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 2.0


def test_pictures_that_do_not_change_are_frozen_and_recover(health):
    now = deliver(health, [picture(0)] * 10)
    assert health.status(now).state is CameraState.OK
    now = deliver(health, [picture(0)], start=now + PERIOD)
    frozen = health.status(now)
    assert frozen.state is CameraState.FROZEN
    assert "1.0 s" in frozen.reason
    now = deliver(health, [picture(1)], start=now + PERIOD)
    assert health.status(now).state is CameraState.OK


def test_the_same_stamp_again_is_not_frozen(health):
    """A picture that is sent twice says nothing new: the camera is slow, not frozen."""
    for k in range(30):
        health.arrived(7, k * PERIOD)
        health.looked_at(picture(0), 7, k * PERIOD)
    assert health.status(29 * PERIOD).state is CameraState.OK


def test_the_frozen_check_can_be_switched_off():
    health = CameraHealth("north", HealthSettings(frozen_s=0.0))
    now = deliver(health, [picture(0)] * 100)
    assert health.status(now).state is CameraState.OK


def test_a_fault_stands_until_a_picture_is_looked_at(health):
    now = deliver(health, map(picture, range(3)))
    health.arrived(1, now + PERIOD)
    health.failed(CameraState.BAD_IMAGE, "unknown encoding 'yuv9'")
    assert health.status(now + PERIOD).state is CameraState.BAD_IMAGE
    assert health.status(now + PERIOD).reason == "unknown encoding 'yuv9'"
    health.arrived(2, now + 2 * PERIOD)
    assert health.status(now + 2 * PERIOD).state is CameraState.BAD_IMAGE
    health.looked_at(picture(7), 2, now + 2 * PERIOD)
    assert health.status(now + 2 * PERIOD).state is CameraState.OK


def test_silence_outweighs_an_old_fault(health):
    now = deliver(health, [picture(0)])
    health.failed(CameraState.NO_TRANSFORM, "no transform")
    assert health.status(now + 10 * SECOND).state is CameraState.STALE


@pytest.mark.parametrize(
    ("name", "value"), [("stale_s", 0.0), ("stale_s", float("nan")), ("frozen_s", -1.0)]
)
def test_impossible_settings_are_named(name, value):
    with pytest.raises(ConfigurationError, match=f"health: {name} must be"):
        HealthSettings(**{name: value})
