"""Which simulated world to run, and what to change in its description."""

from dataclasses import dataclass, replace
from pathlib import Path

from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.simulation.world import World
from gpss_pose_ros.simulation.world_file import load_world


@dataclass(frozen=True)
class Scenario:
    """A world's description and the choices of one run.

    Attributes:
        world: name of a description in config/worlds, or path of one.
        seed: below 0, the description's own.
        people: how many; below 0, as described.
        cameras: the first so many; 0 for all.
    """

    world: str
    seed: int = -1
    people: int = -1
    cameras: int = 0

    def load(self, share: Path) -> World:
        """Return the world; `share` holds config/worlds.

        Raises:
            ConfigurationError: there is no such description, or it has fewer cameras.
        """
        world = load_world(self._path(share))
        if not world.cameras:
            raise ConfigurationError(f"world {self.world} has no cameras: nobody sees anything")
        if self.cameras > len(world.cameras):
            raise ConfigurationError(
                f"world {self.world} has {len(world.cameras)} cameras, not {self.cameras}"
            )
        return replace(
            world,
            seed=world.seed if self.seed < 0 else self.seed,
            people=world.people if self.people < 0 else self.people,
            cameras=world.cameras[: self.cameras or None],
        )

    def _path(self, share: Path) -> Path:
        path = Path(self.world).expanduser()
        if path.is_file():
            return path
        worlds = share / "config" / "worlds"
        named = worlds / f"{self.world}.yaml"
        if not named.is_file():
            valid = [*sorted(file.stem for file in worlds.glob("*.yaml")), "path of a YAML file"]
            raise ConfigurationError(unknown_choice("world", self.world, valid))
        return named
