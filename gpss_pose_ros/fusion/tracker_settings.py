"""How persons are followed."""

from dataclasses import dataclass

from gpss_pose_ros.parameters import require_finite


@dataclass(frozen=True)
class TrackerSettings:
    """How persons are followed.

    Attributes:
        gate: nobody is found farther from where they may have walked than errors of so many
            squared standard deviations explain.
        velocity_change_mps: standard deviation of the change of a person's velocity within a
            second, along each axis, in [m/s].
        max_speed_mps: nobody is faster, in [m/s].
        initial_speed_mps: standard deviation of the unknown speed of a new person, in [m/s].
        correlation_s: errors of observations are alike for about this long; the covariance of one
            that comes dt after the last is multiplied by 1 + correlation_s / dt, in [s].
        min_sigma_m: no position is known better than this, in [m].
        confirm_hits: observations after which a person is confirmed ...
        confirm_looks: ... if they were made within this many image sets, and if ...
        confirm_evidence: ... they fit one person's walk exp(confirm_evidence) times as well as
            false sightings anywhere.
        false_density_m2: false persons seen in an image set, in [1/m^2] ...
        double_rate: ... and besides, of everybody who is confirmed, so many second ones ...
        double_sigma_m: ... within about this of them, one sigma along each axis, in [m].
        release_s: a live camera must show the place empty this long before the person who was
            there is lost, in [s]; time in which no camera looked does not count.
        standing_release_s: the same for somebody who walked there and stood still when last seen,
            in [s]: networks miss who crouches or leans into a rack, and find who walks off.
        tentative_release_s: the same for somebody who was never confirmed, in [s]; above frozen_s,
            so that a picture that stands still shows nothing empty.
        standing_s: who stood still when last seen goes on standing for about so long, in [s].
        hold_speed_mps: how fast a person who is not seen may walk, in [m/s].
        duplicate_m: two tracks this close, of which only one is seen at a time, in [m] ...
        duplicate_s: ... for this long, are one person, in [s].
        restart_s: stamps that jump back by more mean that the source restarted, in [s].
    """

    gate: float = 16.0
    velocity_change_mps: float = 1.2
    max_speed_mps: float = 4.0
    initial_speed_mps: float = 1.0
    correlation_s: float = 0.1
    min_sigma_m: float = 0.012
    confirm_hits: int = 3
    confirm_looks: int = 6
    confirm_evidence: float = 9.0
    false_density_m2: float = 0.02
    double_rate: float = 0.1
    double_sigma_m: float = 0.3
    release_s: float = 2.0
    standing_release_s: float = 8.0
    tentative_release_s: float = 1.1
    standing_s: float = 10.0
    hold_speed_mps: float = 1.6
    duplicate_m: float = 0.35
    duplicate_s: float = 1.0
    restart_s: float = 1.0

    def __post_init__(self) -> None:
        require_finite(self, "tracker", above_zero=True)
