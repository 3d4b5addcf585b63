"""pose_node: images and calibrations in, everybody on the floor out.

Subscribes /<camera>/image_raw (or /compressed), /<camera>/camera_info, /tf, /tf_static; publishes
/gpss/persons every cycle, ~/observations, ~/markers, ~/annotated/<camera> on request, /diagnostics.
"""

import itertools
import os
import time
from contextlib import ExitStack

import tf2_ros
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from gpss_pose_ros.camera_health import CameraStatus
from gpss_pose_ros.nodes.camera_feed import CameraFeed
from gpss_pose_ros.nodes.declare import declare, read
from gpss_pose_ros.nodes.homes import model_path
from gpss_pose_ros.nodes.lifecycle import explained
from gpss_pose_ros.nodes.pose_publisher import PosePublisher
from gpss_pose_ros.nodes.pose_settings import PoseSettings
from gpss_pose_ros.nodes.pose_worker import Cycle, Parcel, PoseWorker
from gpss_pose_ros.nodes.run import run_node
from gpss_pose_ros.nodes.synchronizer_filter import DeadlineSynchronizerFilter
from gpss_pose_ros.perception.load import load_detector, load_pose_estimator
from gpss_pose_ros.perception.model_description import load_model_description
from gpss_pose_ros.pipeline import Pipeline
from gpss_pose_ros.sync import MatchedSet

_DIAGNOSE_S = 1.0


class PoseNode(LifecycleNode):
    """Converts messages, calls the pipeline, publishes. See PoseSettings for the parameters."""

    def __init__(self) -> None:
        super().__init__("pose_node")
        declare(self, PoseSettings)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._running = ExitStack()
        self._sequence = itertools.count(1)  # both go on when the node is configured again
        self._track_ids = itertools.count(1)
        self.settings = read(self, PoseSettings)

    @explained
    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the networks, advertise; the parameters are read-only, and read already."""
        self._pipeline = self._load_pipeline()
        self._publisher = PosePublisher(
            self, self.settings, self._pipeline.estimator.skeleton, self._sequence
        )
        return TransitionCallbackReturn.SUCCESS

    @explained
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Subscribe to the cameras and start working."""
        with ExitStack() as started:  # undone when a step fails
            self._start(started)
            self._running = started.pop_all()
        settings = self.settings
        cameras = ", ".join(settings.cameras)
        self.get_logger().info(
            f"active: {cameras} -> /gpss/persons in frame {settings.factory_frame}"
        )
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop working and unsubscribe."""
        self._running.close()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Forget networks and persons."""
        self._publisher.close()
        del self._pipeline
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop."""
        self._running.close()
        return TransitionCallbackReturn.SUCCESS

    def destroy_node(self) -> None:
        """Stop, then release everything."""
        self._running.close()
        super().destroy_node()

    def _start(self, started: ExitStack) -> None:
        """Subscribe, and start timers and worker; `started` takes what ends each of them."""
        settings = self.settings
        tf_buffer = tf2_ros.Buffer()
        listener = tf2_ros.TransformListener(tf_buffer, self)
        started.callback(listener.unregister)
        self._feeds = {}
        for camera in settings.cameras:
            self._feeds[camera] = CameraFeed(self, camera, settings, tf_buffer)
            started.callback(self._feeds[camera].close, self)
        inputs = {camera: feed.subscriber for camera, feed in self._feeds.items()}
        self._synchronizer = DeadlineSynchronizerFilter(self, inputs, settings.sync)
        self._synchronizer.registerCallback(self._on_set)
        diagnose_timer = self.create_timer(_DIAGNOSE_S, self._diagnose, clock=self._steady)
        for timer in (self._synchronizer.timer, diagnose_timer):
            started.callback(self.destroy_timer, timer)
        self._worker = PoseWorker(
            self._pipeline,
            self._feeds,
            self._publish,
            self._now_ns,
            heartbeat_s=settings.heartbeat_s,
            max_age_s=settings.max_age_s,
            on_error=self._on_worker_error,
        )
        self._received_ns = time.thread_time_ns()
        self._worker.start()
        started.callback(self._worker.stop)

    def _load_pipeline(self) -> Pipeline:
        settings, places = self.settings, model_path()
        engine = {"providers": settings.providers, "threads": settings.threads}
        detector = load_detector(
            load_model_description(settings.detector, places), places, **engine
        )
        estimator = load_pose_estimator(
            load_model_description(settings.pose_model, places), places, **engine
        )
        return Pipeline(detector, estimator, settings.pipeline, self._track_ids)

    def _now_ns(self) -> int:
        return self.get_clock().now().nanoseconds

    def _on_set(self, matched: MatchedSet) -> None:
        """Hand a set to the worker, with what receiving cost this thread since the last one."""
        now_ns = time.thread_time_ns()
        self._worker.mailbox.put(Parcel(matched, now_ns - self._received_ns))
        self._received_ns = now_ns

    def _on_worker_error(self, error: BaseException) -> None:
        """End the process: silence is a fault that receivers see, a wrong answer is not."""
        if not self.context.ok():  # nothing can be published at the end
            return
        self.get_logger().fatal(f"the pipeline failed: {error!r}")
        os._exit(1)

    def _publish(self, cycle: Cycle) -> None:
        self._publisher.publish(cycle, self._statuses(), self._pipeline.fusion.drift.drifts)

    def _statuses(self) -> dict[str, CameraStatus]:
        return {camera: feed.status() for camera, feed in self._feeds.items()}

    def _diagnose(self) -> None:
        counts = {**self._synchronizer.core.counts, **self._worker.counts}
        counts["replaced"] = self._worker.mailbox.replaced
        received = {camera: feed.received for camera, feed in self._feeds.items()}
        faults = {camera: feed.faults for camera, feed in self._feeds.items()}
        drifts = self._pipeline.fusion.drift.drifts
        self._publisher.diagnose(self._statuses(), received, faults, counts, drifts)


def main() -> None:
    """Run the node."""
    run_node(PoseNode)
