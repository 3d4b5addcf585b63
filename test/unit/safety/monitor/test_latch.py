"""Latch: separate reset, no self-clear."""

import pytest

from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.faults import Fault, FaultBook, causes_of
from gpss_pose_ros.safety.latch import Latch

CLOCK = Fault(Cause.CLOCK, "persons", "stamps go back")
CLOCK_AGAIN = Fault(Cause.CLOCK, "persons", "stamps are ahead")
STALE = Fault(Cause.CAMERA_STALE, "cam_01", "shows nothing")
STARTING = Fault(Cause.STARTING, "start", "waits")
OVER = "persons: stamps go back (over; waits for a reset)"


@pytest.fixture
def latch():
    return Latch(Cause.CLOCK | Cause.SEQUENCE)


def sentences(faults):
    return [fault.sentence for fault in faults]


def test_nothing_is_held_before_anything_was_wrong(latch):
    assert latch.hold((), starting=False) == ()
    assert not latch.closed
    assert latch.reset(()) == ""


def test_a_fault_of_its_causes_is_held_after_it_is_over(latch):
    assert latch.hold([CLOCK], starting=False) == (CLOCK,)
    assert latch.closed
    for _ in range(3):
        assert sentences(latch.hold((), starting=False)) == [OVER]
    assert latch.closed


def test_other_faults_pass_after_what_is_held(latch):
    assert latch.hold([STALE], starting=False) == (STALE,)
    assert not latch.closed
    latch.hold([CLOCK], starting=False)
    assert sentences(latch.hold([STALE], starting=False)) == [OVER, "cam_01: shows nothing"]


def test_a_fault_that_is_back_is_one_and_the_newest(latch):
    latch.hold([CLOCK], starting=False)
    assert latch.hold([CLOCK_AGAIN], starting=False) == (CLOCK_AGAIN,)
    assert sentences(latch.hold((), starting=False)) == [
        "persons: stamps are ahead (over; waits for a reset)"
    ]


def test_faults_of_several_places_are_held_apart(latch):
    faults = [Fault(Cause.CLOCK, where, "jumped") for where in "ab"]
    latch.hold(faults, starting=False)
    assert len(latch.hold((), starting=False)) == 2


def test_a_reset_is_refused_while_a_cause_lasts_with_all_that_do(latch):
    latch.hold([CLOCK], starting=False)
    sequence = Fault(Cause.SEQUENCE, "persons", "one got lost")
    assert latch.reset([CLOCK, STALE, sequence]) == (
        "persons: stamps go back; persons: one got lost"
    )
    assert latch.closed


def test_a_reset_lets_go_of_what_is_over_whatever_else_there_is(latch):
    latch.hold([CLOCK], starting=False)
    assert latch.reset([STALE]) == ""
    assert not latch.closed
    assert latch.hold((), starting=False) == ()


def test_while_starting_nothing_is_held(latch):
    assert latch.hold([CLOCK, STARTING], starting=True) == (CLOCK, STARTING)
    assert not latch.closed


def test_while_starting_only_starting_is_held_where_a_site_wants_it():
    latch = Latch(Cause.CLOCK | Cause.STARTING)
    latch.hold([CLOCK, STARTING], starting=True)
    assert latch.closed
    assert sentences(latch.hold((), starting=False)) == ["start: waits (over; waits for a reset)"]


def test_a_book_tells_what_stands_until_it_is_dropped():
    book = FaultBook()
    book.add(CLOCK)
    book.turn()
    assert book.faults == (CLOCK,)
    book.drop(Cause.CLOCK, "persons")
    assert book.faults == (CLOCK,)  # since the last turn
    book.turn()
    assert book.faults == ()


def test_a_book_takes_the_newest_of_two_equal_faults():
    book = FaultBook()
    book.add(CLOCK)
    book.add(CLOCK_AGAIN)
    assert book.faults == (CLOCK_AGAIN,)
    book.drop(Cause.CLOCK, "persons")
    book.add(CLOCK)
    assert book.faults == (CLOCK,)


def test_dropping_what_is_not_there_changes_nothing():
    book = FaultBook()
    book.add(CLOCK)
    book.drop(Cause.CLOCK, "cam_01")
    book.drop(Cause.SEQUENCE, "persons")
    book.turn()
    assert book.faults == (CLOCK,)


def test_causes_are_the_bits_of_all_faults():
    assert causes_of([]) == Cause.NONE
    assert causes_of([CLOCK, STALE, CLOCK_AGAIN]) == Cause.CLOCK | Cause.CAMERA_STALE
