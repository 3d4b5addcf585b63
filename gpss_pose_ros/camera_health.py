"""Judges from what a camera delivers whether its view counts as seen."""

import zlib
from collections import deque
from dataclasses import dataclass

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.parameters import require_finite
from gpss_pose_ros.types import CameraState, ImageArray

_RATE_WINDOW = 30
_SAMPLE_STEP = 16


@dataclass(frozen=True)
class HealthSettings:
    """When a camera is no longer believed.

    Attributes:
        stale_s: no new image for this long, steady clock, in [s].
        frozen_s: identical pixels under new stamps for this long, in [s]; 0 switches the check off,
            and lets a frozen picture of an empty floor make people disappear.
    """

    stale_s: float = 0.5
    frozen_s: float = 1.0

    def __post_init__(self) -> None:
        require_finite(self, "health")
        if self.stale_s == 0.0:
            raise ConfigurationError("health: stale_s must be > 0")


@dataclass(frozen=True)
class CameraStatus:
    """What one camera contributed; see CameraStatus.msg.

    Attributes:
        camera_id: name of the camera.
        state: OK, or why its view does not count as seen.
        reason: one sentence, empty when OK.
        last_stamp_ns: capture time of its newest image, in [ns]; None when it never delivered.
        rate_hz: images received per second, lately.
    """

    camera_id: str
    state: CameraState
    reason: str
    last_stamp_ns: int | None
    rate_hz: float


class CameraHealth:
    """Health of one camera. All times are steady-clock [ns] but for capture stamps."""

    def __init__(self, camera_id: str, settings: HealthSettings) -> None:
        self.camera_id = camera_id
        self.settings = settings
        self._arrivals_ns: deque[int] = deque(maxlen=_RATE_WINDOW)
        self._last_stamp_ns: int | None = None
        self._fault: tuple[CameraState, str] | None = None
        self._pixels: tuple[int, int, int] | None = None  # checksum, since when, last stamp

    def arrived(self, stamp_ns: int, now_ns: int) -> None:
        """Record that an image with this capture stamp came in."""
        self._arrivals_ns.append(now_ns)
        self._last_stamp_ns = stamp_ns

    def looked_at(self, pixels: ImageArray, stamp_ns: int, now_ns: int) -> None:
        """Record the decoded pixels: clears a fault, and notices pictures that do not change."""
        self._fault = None
        if not self.settings.frozen_s:
            return
        checksum = zlib.crc32(pixels[::_SAMPLE_STEP, ::_SAMPLE_STEP].tobytes())
        if self._pixels is None or self._pixels[0] != checksum:
            self._pixels = (checksum, now_ns, stamp_ns)
            return
        since_ns = self._pixels[1]
        if stamp_ns != self._pixels[2] and now_ns - since_ns >= self.settings.frozen_s * 1e9:
            seconds = (now_ns - since_ns) / 1e9
            self.failed(CameraState.FROZEN, f"pixels have not changed for {seconds:.1f} s")

    def failed(self, state: CameraState, reason: str) -> None:
        """Record a fault of the newest image; it stands until an image is looked at again."""
        self._fault = (state, reason)

    def status(self, now_ns: int) -> CameraStatus:
        """Return the verdict at `now_ns`."""
        state, reason = self._verdict(now_ns)
        return CameraStatus(self.camera_id, state, reason, self._last_stamp_ns, self._rate(now_ns))

    def _verdict(self, now_ns: int) -> tuple[CameraState, str]:
        if not self._arrivals_ns:
            return CameraState.MISSING, "no image received yet: is the topic right, the driver up?"
        silent_s = (now_ns - self._arrivals_ns[-1]) / 1e9
        if silent_s > self.settings.stale_s:
            return CameraState.STALE, f"no image for {silent_s:.1f} s"
        return self._fault or (CameraState.OK, "")

    def _rate(self, now_ns: int) -> float:
        """Images per second over the window, falling towards zero while none arrive."""
        if len(self._arrivals_ns) < 2:
            return 0.0
        span_ns = max(now_ns, self._arrivals_ns[-1]) - self._arrivals_ns[0]
        return (len(self._arrivals_ns) - 1) * 1e9 / span_ns if span_ns > 0 else 0.0
