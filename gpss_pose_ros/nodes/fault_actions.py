"""How faults are injected: the parts that they have in common."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from rclpy.qos import QoSProfile

from gpss_pose_ros.nodes.fault_bench import FaultBench
from gpss_pose_ros.nodes.fault_stream import Stream
from gpss_pose_ros.nodes.fault_tampers import Altered, Silent, Tamper

Onset = Callable[[], int | None]
"""Tells when a fault began, steady clock in [ns]; None while it has not yet."""
Action = Callable[[FaultBench, ExitStack], Onset]
"""Injects a fault; the stack takes what undoes it."""


def tampered(stream: str, make: Callable[[Stream], Tamper]) -> Action:
    """Return the fault of a stream that is tampered with."""

    def act(bench: FaultBench, undo: ExitStack) -> Onset:
        target = bench.streams[stream]
        with bench.streams.lock:
            tamper = target.tamper = make(target)
        undo.callback(_locked, bench, target.be_true)
        return lambda: tamper.onset_ns

    return act


def altered(stream: str, alter: Callable[[Any], object]) -> Action:
    """Return the fault of a stream whose every message is changed by `alter`."""
    return tampered(stream, lambda _: Altered(alter))


def silent(stream: str) -> Action:
    """Return the fault of a publisher that is there, and says nothing any more."""
    return tampered(stream, lambda target: Silent(target.last_ns))


def closed(stream: str) -> Action:
    """Return the fault of a publisher that is gone."""

    def act(bench: FaultBench, undo: ExitStack) -> Onset:
        target = bench.streams[stream]
        with bench.streams.lock:
            target.close()
            onset_ns = target.last_ns
        undo.callback(_locked, bench, target.open)
        return lambda: onset_ns

    return act


def reopened(stream: str, qos: QoSProfile) -> Action:
    """Return the fault of a publisher that comes back with another quality of service."""

    def act(bench: FaultBench, undo: ExitStack) -> Onset:
        target = bench.streams[stream]
        with bench.streams.lock:
            onset_ns = time.monotonic_ns()
            target.open(qos)
        undo.callback(_locked, bench, target.open)
        return lambda: onset_ns

    return act


def second(kind: type, topic: str, spoof: Callable[[FaultBench], Any] | None = None) -> Action:
    """Return the fault of one publisher too many; `spoof` makes a message that it publishes."""

    def act(bench: FaultBench, undo: ExitStack) -> Onset:
        onset_ns = time.monotonic_ns()
        publisher = bench.node.create_publisher(kind, topic, 10)
        undo.callback(bench.node.destroy_publisher, publisher)
        if spoof is not None:
            publisher.publish(spoof(bench))
        return lambda: onset_ns

    return act


def done(act: Callable[[FaultBench], object], undone: Callable[[FaultBench], object]) -> Action:
    """Return the fault that begins when `act` is called, and ends with `undone`."""

    def action(bench: FaultBench, undo: ExitStack) -> Onset:
        with bench.streams.lock:
            onset_ns = time.monotonic_ns()
            act(bench)
        undo.callback(undone, bench)
        return lambda: onset_ns

    return action


def told(
    stream: str, act: Callable[[FaultBench], object], undone: Callable[[FaultBench], object]
) -> Action:
    """Return a fault as `done`, that begins with the first message of a stream that tells of it."""

    def action(bench: FaultBench, undo: ExitStack) -> Onset:
        target, onset_ns = bench.streams[stream], None
        with bench.streams.lock:
            act(bench)
            before_ns = target.last_ns
        undo.callback(undone, bench)

        def onset() -> int | None:
            nonlocal onset_ns
            if onset_ns is None and target.last_ns > before_ns:
                onset_ns = target.last_ns
            return onset_ns

        return onset

    return action


def _locked(bench: FaultBench, act: Callable[[], object]) -> None:
    with bench.streams.lock:
        act()
