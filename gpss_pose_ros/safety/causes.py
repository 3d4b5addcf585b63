"""Every reason there is to doubt the picture of the floor."""

from enum import IntFlag


class Cause(IntFlag):
    """Causes, as bits; values equal the constants of SafetyState.msg."""

    NONE = 0
    STARTING = 1 << 0
    """Not every required input has been fresh for long enough since the start."""
    PERSONS_STALE = 1 << 1
    """No report of persons came in time, or it came too late to be believed."""
    PERSONS_INVALID = 1 << 2
    """A report of persons holds NaN, infinite or impossible values."""
    SEQUENCE = 1 << 3
    """Reports repeat, go back, or are missing."""
    CLOCK = 1 << 4
    """Stamps are ahead of our clock or go back, or a clock jumped."""
    SECOND_PUBLISHER = 1 << 5
    """More than one publisher on an input topic."""
    QOS_MISMATCH = 1 << 6
    """A publisher of an input does not fit our subscription."""
    CAMERA_STALE = 1 << 7
    CAMERA_FROZEN = 1 << 8
    CAMERA_MISSING = 1 << 9
    CAMERA_UNCALIBRATED = 1 << 10
    CAMERA_NO_TRANSFORM = 1 << 11
    CAMERA_BAD_IMAGE = 1 << 12
    CAMERA_MOVED = 1 << 13
    """A camera is no longer where its calibration says."""
    UNPLACED_PERSON = 1 << 14
    """A camera sees somebody of whom nobody knows where they stand."""
    CALIBRATION_CHANGED = 1 << 15
    """Intrinsics or extrinsics of a camera are not those of the start."""
    CONFIGURATION_CHANGED = 1 << 16
    """The site's file on disk is not the one in use."""
    ROBOT_STALE = 1 << 17
    """A robot does not say where it is."""
    ROBOT_INVALID = 1 << 18
    """A robot says what cannot be: NaN, or no transform to the factory frame."""
    UNSEEN_FLOOR = 1 << 19
    """A robot stands on, or heads for, floor that no live camera sees."""
    PERSON_NEAR = 1 << 20
    """Somebody is nearer to a robot than its separation distance."""
    OVERRUN = 1 << 21
    """A cycle of the monitor itself came too late."""
