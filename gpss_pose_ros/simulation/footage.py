"""The images of a simulated factory's cameras, sensor noise included."""

from gpss_pose_ros.simulation.factory import Factory
from gpss_pose_ros.simulation.sensor_noise import SensorNoise
from gpss_pose_ros.simulation.state import View
from gpss_pose_ros.simulation.world import World


class Footage:
    """A factory and its cameras, as a function of the number of the instant.

    Use it in the thread that built it: OpenGL demands that.

    Attributes:
        factory: what is filmed.
        rate_hz: instants per second.
    """

    def __init__(self, world: World, rate_hz: float) -> None:
        """Build the factory."""
        self.factory = Factory(world)
        self.rate_hz = rate_hz
        sizes = [camera.model.size for camera in world.cameras]
        largest = (max(w for w, _ in sizes), max(h for _, h in sizes))
        self._noise = SensorNoise(world.seed, largest)
        self._numbers = {name: i for i, name in enumerate(self.factory.cameras)}

    def time_s(self, index: int) -> float:
        """Return the simulated time of the instant number `index`, in [s]."""
        return index / self.rate_hz

    def view(self, camera_id: str, index: int) -> View:
        """Return what a camera sees at the instant number `index`."""
        view = self.factory.render(camera_id, self.time_s(index))
        pixels = self._noise.apply(view.pixels, self._numbers[camera_id], index)
        return View(pixels, view.depth_m)
