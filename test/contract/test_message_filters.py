"""What message_filters promises: passes with the overlay and with the real package."""

import itertools

import pytest
from geometry_msgs.msg import PointStamped
from hypothesis import given, settings
from hypothesis import strategies as st
from message_filters import (
    ApproximateTimeSynchronizer,
    SimpleFilter,
    Subscriber,
    TimeSynchronizer,
)
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from std_msgs.msg import String

STEP_NS = 10_000_000
SLOP_S = 0.1
SLOP_NS = 100_000_000
PLENTY = 1000


def stamped(stamp_ns: int) -> PointStamped:
    message = PointStamped()
    message.header.stamp = Time(nanoseconds=stamp_ns).to_msg()
    return message


def stamp_ns(message: PointStamped) -> int:
    return Time.from_msg(message.header.stamp).nanoseconds


class Joined:
    """Inputs, a synchronizer over them, and what came out of it."""

    def __init__(self, number: int, synchronizer: type, *args: object, **kwargs: object) -> None:
        self.inputs = [SimpleFilter() for _ in range(number)]
        self.outputs: list[tuple] = []
        self.synchronizer = synchronizer(self.inputs, *args, **kwargs)
        self.synchronizer.registerCallback(lambda *messages: self.outputs.append(messages))

    def feed(self, index: int, message: object) -> list[tuple]:
        """Send one message in and return what comes out because of it."""
        before = len(self.outputs)
        self.inputs[index].signalMessage(message)
        return self.outputs[before:]


def arrivals(inputs: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    """Pairs of input and stamp in any order of arrival; stamps are unique within an input."""
    one = st.tuples(st.integers(0, inputs - 1), st.integers(1, 60).map(lambda n: n * STEP_NS))
    return st.lists(one, unique=True, max_size=60)


def test_callbacks_are_called_in_order_with_their_own_arguments() -> None:
    called = []
    source = SimpleFilter()
    source.registerCallback(lambda *args: called.append(args), "first")
    source.registerCallback(lambda *args: called.append(args))
    source.signalMessage("a", "b")
    assert called == [("a", "b", "first"), ("a", "b")]


def test_a_filter_of_ones_own_is_a_link_of_a_chain() -> None:
    class Later(SimpleFilter):
        def __init__(self, source: SimpleFilter) -> None:
            super().__init__()
            source.registerCallback(self.add)

        def add(self, message: PointStamped) -> None:
            self.signalMessage(stamped(stamp_ns(message) + 5))

    source = SimpleFilter()
    pairs = []
    synchronizer = TimeSynchronizer([source, Later(source)], 10)
    synchronizer.registerCallback(lambda a, b: pairs.append((stamp_ns(a), stamp_ns(b))))
    source.signalMessage(stamped(1))
    source.signalMessage(stamped(6))
    assert pairs == [(6, 6)]


@settings(derandomize=True, deadline=None)
@given(arrivals(3))
def test_exact_synchronizer_joins_each_common_stamp_once(events: list[tuple[int, int]]) -> None:
    joined = Joined(3, TimeSynchronizer, PLENTY)
    sent = [stamped(stamp) for _, stamp in events]
    for (index, _), message in zip(events, sent, strict=True):
        assert all(message in output for output in joined.feed(index, message))
    stamps = [{s for i, s in events if i == index} for index in range(3)]
    common = set.intersection(*stamps)
    assert {tuple(map(stamp_ns, output)) for output in joined.outputs} == {(s,) * 3 for s in common}
    assert len(joined.outputs) == len(common)


def test_exact_synchronizer_forgets_the_oldest_stamp_of_a_full_queue() -> None:
    joined = Joined(2, TimeSynchronizer, 2)
    for stamp in (1, 2, 3):
        joined.feed(0, stamped(stamp))
    assert joined.feed(1, stamped(1)) == []
    assert len(joined.feed(1, stamped(2))) == 1


@settings(derandomize=True, deadline=None)
@given(st.integers(2, 4).flatmap(lambda n: st.tuples(st.just(n), arrivals(n))))
def test_approximate_synchronizer_laws(case: tuple[int, list[tuple[int, int]]]) -> None:
    number, events = case
    joined = Joined(number, ApproximateTimeSynchronizer, PLENTY, SLOP_S)
    waiting: list[dict[int, PointStamped]] = [{} for _ in range(number)]
    for index, stamp in events:
        message = stamped(stamp)
        outputs = joined.feed(index, message)
        waiting[index][stamp] = message
        if not outputs:
            choices = [[stamp] if i == index else list(w) for i, w in enumerate(waiting)]
            combinations = itertools.product(*choices)
            assert all(max(c) - min(c) >= SLOP_NS for c in combinations)
            continue
        (output,) = outputs
        stamps = [stamp_ns(m) for m in output]
        assert output[index] is message
        assert max(stamps) - min(stamps) < SLOP_NS
        for queue, s, m in zip(waiting, stamps, output, strict=True):
            assert queue.pop(s) is m  # came in on this input, and was not used before


@settings(derandomize=True, deadline=None)
@given(st.sets(st.integers(1, 60).map(lambda n: n * STEP_NS)), st.integers(1, 60))
def test_approximate_synchronizer_takes_the_nearest(stamps: set[int], n: int) -> None:
    joined = Joined(2, ApproximateTimeSynchronizer, PLENTY, SLOP_S)
    for stamp in stamps:
        joined.feed(0, stamped(stamp))
    new = n * STEP_NS
    near = [s for s in stamps if abs(s - new) < SLOP_NS]
    outputs = joined.feed(1, stamped(new))
    assert bool(outputs) == bool(near)
    for first, _ in outputs:
        assert abs(stamp_ns(first) - new) == min(abs(s - new) for s in near)


@pytest.mark.parametrize(("apart_ns", "pairs"), [(0, 1), (SLOP_NS - 1, 1), (SLOP_NS, 0)])
def test_slop_itself_is_too_far(apart_ns: int, pairs: int) -> None:
    joined = Joined(2, ApproximateTimeSynchronizer, 10, SLOP_S)
    joined.feed(0, stamped(STEP_NS))
    assert len(joined.feed(1, stamped(STEP_NS + apart_ns))) == pairs


def test_approximate_synchronizer_forgets_the_oldest_stamp_of_a_full_queue() -> None:
    joined = Joined(2, ApproximateTimeSynchronizer, 1, SLOP_S)
    joined.feed(0, stamped(10 * SLOP_NS))
    joined.feed(0, stamped(1))
    assert joined.feed(1, stamped(1)) == []
    assert len(joined.feed(1, stamped(10 * SLOP_NS))) == 1


@pytest.mark.parametrize(("allow", "pairs"), [(False, 0), (True, 1)])
def test_messages_without_a_header_count_only_if_allowed(allow: bool, pairs: int) -> None:
    joined = Joined(2, ApproximateTimeSynchronizer, 10, 60.0, allow_headerless=allow)
    joined.feed(0, String(data="a"))
    assert len(joined.feed(1, String(data="b"))) == pairs


def test_subscribers_feed_a_synchronizer(graph) -> None:
    node = graph.node()
    best_effort = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    subscribers = [
        Subscriber(node, PointStamped, "left", qos_profile=best_effort),
        Subscriber(node, PointStamped, "right"),
    ]
    pairs = []
    synchronizer = ApproximateTimeSynchronizer(subscribers, 10, SLOP_S)
    synchronizer.registerCallback(lambda *messages: pairs.append(messages))
    publishers = [node.create_publisher(PointStamped, topic, 10) for topic in ("left", "right")]
    graph.spin_until(lambda: all(p.get_subscription_count() for p in publishers))
    publishers[0].publish(stamped(STEP_NS))
    publishers[1].publish(stamped(2 * STEP_NS))
    graph.spin_until(lambda: pairs)
    assert [tuple(map(stamp_ns, pair)) for pair in pairs] == [(STEP_NS, 2 * STEP_NS)]
    assert [s.getTopic() for s in subscribers] == ["left", "right"]
    (info,) = node.get_subscriptions_info_by_topic("left")
    assert info.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT
