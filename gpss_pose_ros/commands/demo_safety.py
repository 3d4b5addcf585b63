"""What a demo says of safety: figures, tables, and a picture of zones and coverage."""

from pathlib import Path

from gpss_pose_ros.evaluation.safety_figures import safety_figures
from gpss_pose_ros.evaluation.safety_judgement import judge_run
from gpss_pose_ros.evaluation.safety_plot import SafetyScene, save_safety_plot
from gpss_pose_ros.evaluation.safety_record import SaidInstant
from gpss_pose_ros.evaluation.safety_tables import cause_lines, missed_lines, verdict_lines
from gpss_pose_ros.evaluation.safety_truth import Truth
from gpss_pose_ros.msg import SafetyState
from gpss_pose_ros.nodes.safety_listener import SafetyListener
from gpss_pose_ros.reporting import Figure
from gpss_pose_ros.safety.coverage import Coverage, CoverageMap
from gpss_pose_ros.safety.values import Verdict
from gpss_pose_ros.simulation.site import site_of
from gpss_pose_ros.simulation.world import World


class DemoSafety:
    """The safety of one run, judged.

    Attributes:
        figures: for the report.
        lines: what the robots were told, and why.
    """

    def __init__(self, listener: SafetyListener, world: World) -> None:
        """Judge what was heard."""
        self._said, self._truth = listener.said(), Truth(listener.scenes())
        self._world, self._site = world, site_of(world)
        judged = judge_run(self._said, self._truth, self._site)
        resets = Figure("safety_resets", float(listener.resets), "1")
        self.figures: tuple[Figure, ...] = (*safety_figures(judged), resets)
        self.lines = [*verdict_lines(judged), *cause_lines(judged), *missed_lines(judged)]

    def draw(self, path: Path) -> None:
        """Draw the instant at which most went on; nothing if safety never spoke in the run."""
        known = [(i, scene) for i in self._said if (scene := self._truth.at(i.stamp_ns))]
        if not known:
            return
        said, scene = max(known, key=lambda pair: _variety(pair[0]))
        picture = SafetyScene(
            coverage=self._coverage(),
            zones=said.zones,
            robots=scene.robots,
            verdicts=said.robots,
            cameras=self._world.cameras,
            occluders=self._site.occluders,
        )
        save_safety_plot(path, picture)
        print(f"zones and coverage: {path}")

    def _coverage(self) -> Coverage:
        """Return what all cameras see together, while all of them live."""
        floor = CoverageMap(self._site.coverage, self._site.occluders, self._site.human_free)
        for camera in self._world.cameras:
            floor.place(camera)
        return floor.now(floor.placed)


def safety_words(state: SafetyState | None) -> str:
    """Return what every robot may do now in words."""
    if state is None:
        return "safety: starting"
    words = [f"{v.robot_id} {_may(Verdict(v.verdict), v.allowed_speed)}" for v in state.robots]
    return "safety: " + (", ".join(words) or "no robots") + (" (latched)" if state.latched else "")


def _may(verdict: Verdict, allowed_mps: float) -> str:
    word = verdict.name.lower().replace("_", " ")
    return f"{word} {allowed_mps:.1f} m/s" if verdict is Verdict.WARNING else word


def _variety(said: SaidInstant) -> tuple[int, int]:
    return len({verdict.verdict for verdict in said.robots}), len(said.zones)
