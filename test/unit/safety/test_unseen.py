import numpy as np
import pytest

from gpss_pose_ros.safety.separation import PersonMotion
from gpss_pose_ros.safety.unseen import held_uncertainty_m, to_unseen_m, touches_unseen

from .hall import EXACT, NOW_NS, SEEN, SQUARE, coverage, person

OUTLINE = np.array([SQUARE])
LONG = OUTLINE * (4.0, 1.0)


def uncertainty(someone, distance_m, unseen_m, missed_s=0.5):
    persons = PersonMotion.of([someone], EXACT, NOW_NS)
    held = np.array([someone.held])
    away, unseen = np.array([[distance_m]]), np.array([unseen_m])
    return held_uncertainty_m(persons, held, missed_s, away, unseen).item()


@pytest.mark.parametrize(
    ("unseen_m", "expected"),
    [
        (0.0, 3.0),  # all around, as far as their uncertainty
        (7.0, 3.0),
        (7.5, 2.5),  # no nearer than unseen floor
        (9.0, 1.0),
        (9.5, 0.5),
        (9.75, 0.5),  # nor than they walk while cameras may miss them
        (99.0, 0.5),
        (np.nan, np.nan),
    ],
)
def test_who_is_held_is_near_the_core_or_where_nobody_looks(unseen_m, expected):
    someone = person(0.0, held=True, sigma_m=1.0)
    np.testing.assert_equal(uncertainty(someone, 10.0, unseen_m), expected)


def test_who_is_seen_may_be_as_far_as_uncertain():
    assert uncertainty(person(0.0, sigma_m=1.0), 10.0, 99.0) == 3.0


def test_who_is_certain_stays_so():
    assert uncertainty(person(0.0, held=True, sigma_m=0.125), 10.0, 99.0) == 0.375
    assert uncertainty(person(0.0, held=True, sigma_m=0.125), 10.0, 0.0) == 0.375


def test_who_runs_gets_farther_while_missed():
    assert uncertainty(person(0.0, held=True, sigma_m=1.0, speed_mps=2.0), 10.0, 99.0) == 1.0
    assert uncertainty(person(0.0, held=True, sigma_m=1.0), 10.0, 99.0, missed_s=0.75) == 0.75


@pytest.mark.parametrize(
    ("unseen", "touched"),
    [
        ((), False),
        ([((0.5, -9.0), (9.0, 9.0))], True),  # touches the side
        ([((0.625, -9.0), (9.0, 9.0))], False),
        ([((-9.0, 0.5), (-0.5, 9.0))], True),  # touches a corner
        ([((-9.0, 0.625), (-0.5, 9.0))], False),
        ([((0.0, 0.0), (0.125, 0.125))], True),  # all inside
        ([((-9.0, -9.0), (9.0, 9.0))], True),
    ],
)
def test_what_touches_unseen_floor(unseen, touched):
    assert touches_unseen(OUTLINE, coverage(unseen)).tolist() == [touched]


def test_corners_may_be_in_any_order_and_twice():
    shuffled = OUTLINE[:, [2, 0, 0, 3, 1]]
    assert touches_unseen(shuffled, coverage([((0.0, 0.0), (0.125, 0.125))])).tolist() == [True]
    assert touches_unseen(shuffled, coverage([((0.625, -9.0), (9.0, 9.0))])).tolist() == [False]


def test_a_tip_far_from_the_middle_touches_as_well():
    arrow = np.array([[(6.4, 0.0), (-5.6, 0.5), (-5.6, -0.5)]])
    assert touches_unseen(arrow, coverage([((6.0, -1.0), (9.0, 1.0))])).tolist() == [True]
    assert touches_unseen(arrow, coverage([((6.5, -1.0), (9.0, 1.0))])).tolist() == [False]


def test_every_outline_is_looked_at_for_itself():
    outlines = np.concatenate([OUTLINE + shift for shift in (0.0, (5.0, 0.0), (25.0, 0.0))])
    floor = coverage([((4.0, -1.0), (6.0, 1.0))])
    assert touches_unseen(outlines, floor).tolist() == [False, True, True]
    assert touches_unseen(outlines * np.nan, SEEN).tolist() == [True, True, True]
    assert touches_unseen(outlines[:0], SEEN).tolist() == []


@pytest.mark.parametrize(
    ("outline", "unseen", "true_m"),
    [
        (OUTLINE, [((3.0, -9.0), (9.0, 9.0))], 2.5),
        (OUTLINE, [((1.0, -9.0), (9.0, 9.0))], 0.5),  # no farther than a hole inside might be
        (OUTLINE, [((-9.0, -9.0), (-4.5, -5.5))], np.hypot(4.0, 5.0)),
        (LONG, [((0.25, 2.5), (0.375, 9.0))], 2.0),  # across the middle of the long side
        (LONG, [((0.0, 0.0), (0.125, 0.125))], 0.0),  # all inside
        (OUTLINE, [((0.5, -9.0), (9.0, 9.0))], 0.0),
        (OUTLINE, [((-9.0, -9.0), (9.0, 9.0))], 0.0),
        (OUTLINE + 30.0, (), 0.0),
        (OUTLINE, (), 19.5),
    ],
)
def test_distance_to_unseen_floor_is_a_close_lower_bound(outline, unseen, true_m):
    side_m = np.linalg.norm(np.roll(outline, -1, axis=1) - outline, axis=2).max()
    (bound_m,) = to_unseen_m(outline, coverage(unseen))
    assert max(true_m - side_m / 16 - 0.125, 0.0) <= bound_m <= true_m + 1e-6


def test_distances_of_several_outlines():
    floor = coverage([((3.0, -9.0), (9.0, 9.0)), ((-9.0, 0.0), (-8.875, 0.125))])
    outlines = np.concatenate(
        [OUTLINE + shift for shift in np.array([[0.0, 0.0], [-9.0, 0.0], [0.25, 0.0]])]
    )
    alone = [to_unseen_m(outline[None], floor).item() for outline in outlines]
    assert to_unseen_m(outlines, floor).tolist() == alone
    assert alone[0] > alone[2] > alone[1] == 0.0
    assert to_unseen_m(outlines[:0], floor).shape == (0,)


def test_what_lies_between_two_looks_is_not_farther_than_it_is():
    cell_m = 1.0 / 64.0
    gap = ((0.25, 0.5 + cell_m), (0.25 + cell_m, 2.0))
    (bound_m,) = to_unseen_m(LONG, coverage([gap], side_m=2.5, cell_m=cell_m))
    assert bound_m <= cell_m


def test_a_hole_in_the_middle_of_a_round_robot_is_no_distance_away():
    around = np.arange(16) * np.pi / 8.0
    disc = np.stack([np.cos(around), np.sin(around)], axis=-1)[None]
    hole = ((-0.03, -0.03), (0.03, 0.03))
    floor = coverage([hole], side_m=2.5, cell_m=1.0 / 64.0)
    assert to_unseen_m(disc, floor).tolist() == [0.0]
