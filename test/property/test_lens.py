"""The lens against OpenCV: what is rendered appears where projectPoints and fisheye put it."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import SetupError
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.simulation.aim import aimed
from gpss_pose_ros.simulation.lens import Lens

SIZE = (320, 240)
DISTORTIONS = {
    "none": ("plumb_bob", []),
    "plumb_bob": ("plumb_bob", [-0.25, 0.07, 0.002, -0.001, 0.0]),
    "pincushion": ("plumb_bob", [0.08, 0.01, -0.001, 0.001, 0.0]),
    "rational_polynomial": (
        "rational_polynomial",
        [-0.2, 0.05, 0.001, -0.001, 0.0, 0.1, 0.01, 0.0],
    ),
    "equidistant": ("equidistant", [0.02, -0.01, 0.003, -0.001]),
}


def camera_of(distortion: str, focal_px: float, centre_px: tuple[float, float]) -> Camera:
    name, coefficients = DISTORTIONS[distortion]
    K = [[focal_px, 0.0, centre_px[0]], [0.0, 1.02 * focal_px, centre_px[1]], [0.0, 0.0, 1.0]]
    model = CameraModel(np.array(K), np.array(coefficients), name, SIZE)
    return Camera(distortion, model, aimed([0.5, -1.0, 4.0], [0.2, 0.3, 0.0], 0.3))


def opencv_px(camera: Camera, point_m: np.ndarray) -> np.ndarray:
    """Return the pixel (2,) that OpenCV gives a factory point (3,)."""
    pose, model = camera.camera_from_factory, camera.model
    rvec, tvec = cv2.Rodrigues(pose.rotation.copy())[0], pose.translation.reshape(3, 1).copy()
    K, D = model.K.copy(), model.distortion.copy()
    points = point_m.reshape(1, 1, 3).copy()
    if model.model == "equidistant":
        pixels, _ = cv2.fisheye.projectPoints(points, rvec, tvec, K, D)
    else:
        pixels, _ = cv2.projectPoints(points, rvec, tvec, K, D if len(D) else None)
    return pixels.reshape(2)


class Ball:
    """A bright ball in the dark, over a dark floor."""

    RADIUS_M = 0.03

    def __init__(self) -> None:
        from gpss_pose_ros.simulation.opengl import mujoco
        from gpss_pose_ros.simulation.renderer import Layer, Renderer

        spec = mujoco.MjSpec()
        spec.visual.quality.offsamples = 0
        spec.visual.headlight.ambient = (1.0, 1.0, 1.0)
        spec.visual.headlight.diffuse = spec.visual.headlight.specular = (0.0, 0.0, 0.0)
        spec.worldbody.add_geom(
            type=mujoco.mjtGeom.mjGEOM_PLANE, size=(50, 50, 1), rgba=(0, 0, 0, 1)
        )
        ball = spec.worldbody.add_body(name="ball", mocap=True)
        ball.add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=(self.RADIUS_M, 0, 0))
        self._model = spec.compile()
        self._data = mujoco.MjData(self._model)
        self._kinematics = mujoco.mj_kinematics
        self._layer = Layer(self._model, mujoco.mjtCatBit.mjCAT_ALL)
        self._renderer = Renderer(self._model)

    def seen(self, camera: Camera, position_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return brightness (H, W) and depth (H, W) of the ball at a place."""
        lens = Lens(camera.model)
        self._data.mocap_pos[0] = position_m
        self._kinematics(self._model, self._data)
        self._layer.update(self._data)
        colour, depth = self._renderer.draw(self._layer, lens.pinhole, camera.factory_from_camera)
        bright = lens.resample(colour).max(axis=2).astype(float)
        return np.where(bright > 60, bright, 0.0), lens.resample_depth(depth)

    def middle_px(self, camera: Camera, position_m: np.ndarray) -> np.ndarray:
        """Return the pixel (2,) in the middle of the ball's image."""
        bright, _ = self.seen(camera, position_m)
        x, y = np.arange(SIZE[0]), np.arange(SIZE[1])
        return np.array([bright.sum(axis=0) @ x, bright.sum(axis=1) @ y]) / bright.sum()


@pytest.fixture(scope="module")
def ball():
    try:
        return Ball()
    except SetupError as error:
        pytest.skip(str(error))


PIXELS = st.tuples(st.floats(20.0, SIZE[0] - 21.0), st.floats(20.0, SIZE[1] - 21.0))
CENTRES = st.tuples(st.floats(130.0, 190.0), st.floats(90.0, 150.0))


@given(
    distortion=st.sampled_from(sorted(DISTORTIONS)),
    focal_px=st.floats(150.0, 350.0),
    centre_px=CENTRES,
    pixel_px=PIXELS,
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_a_ball_is_seen_where_opencv_projects_it(ball, distortion, focal_px, centre_px, pixel_px):
    camera = camera_of(distortion, focal_px, centre_px)
    origin, rays = camera.rays([pixel_px])
    position = origin + 2.5 * rays[0]

    middle = ball.middle_px(camera, position)

    expected = opencv_px(camera, position)
    np.testing.assert_allclose(expected, pixel_px, atol=1e-3)
    np.testing.assert_allclose(middle, expected, atol=0.4)


@pytest.mark.parametrize("distortion", sorted(DISTORTIONS))
def test_pixel_centres_are_where_opencv_has_them(ball, distortion):
    camera = camera_of(distortion, 250.0, (150.3, 128.7))
    rng = np.random.default_rng(0)
    off = []
    for pixel in rng.uniform((40.0, 40.0), (280.0, 200.0), (16, 2)):
        origin, rays = camera.rays([pixel])
        position = origin + 2.0 * rays[0]
        off.append(ball.middle_px(camera, position) - opencv_px(camera, position))
    # One ball is off by its ragged outline; all of them are not off to one side.
    np.testing.assert_allclose(np.mean(off, axis=0), 0.0, atol=0.1)


@given(
    distortion=st.sampled_from(sorted(DISTORTIONS)),
    focal_px=st.floats(150.0, 350.0),
    centre_px=CENTRES,
)
@settings(max_examples=8, deadline=None, derandomize=True)
def test_depth_is_where_the_ray_meets_the_floor(ball, distortion, focal_px, centre_px):
    camera = camera_of(distortion, focal_px, centre_px)
    _, depth_m = ball.seen(camera, np.array([0.0, 0.0, -5.0]))

    x, y = np.meshgrid(np.arange(0, SIZE[0], 7), np.arange(0, SIZE[1], 7))
    pixels = np.stack([x.ravel(), y.ravel()], axis=1)
    origin, rays = camera.rays(pixels)
    forward = camera.factory_from_camera.rotation[:, 2]
    expected = -origin[2] / rays[:, 2] * (rays @ forward)
    within = rays @ forward > np.cos(np.deg2rad(75.0))  # beyond that, a lens stays black
    met = within & (expected > 0.0) & (expected < 12.0)
    ratio = depth_m[y, x].ravel()[met] / expected[met]
    # Depth is taken from the nearest pixel of the drawing: off by half of one, to either side.
    np.testing.assert_allclose(ratio, 1.0, atol=0.03)
    np.testing.assert_allclose(ratio.mean(), 1.0, atol=5e-4)


@pytest.mark.parametrize("distortion", sorted(DISTORTIONS))
def test_the_map_is_back_projection_at_every_pixel(distortion):
    camera = camera_of(distortion, 180.0, (150.3, 128.7))
    lens = Lens(camera.model)
    width, height = lens.pinhole.size
    across = np.tile(np.arange(width, dtype=np.float32), (height, 1))
    down = np.tile(np.arange(height, dtype=np.float32)[::-1, None], (1, width))

    # Drawings of the pinhole's own coordinates: resampled, they tell where every pixel looks.
    seen = np.stack([lens.resample_depth(across), lens.resample_depth(down)], axis=-1)

    slopes = (seen.reshape(-1, 2) - lens.pinhole.centre_px) / lens.pinhole.focal_px
    pixels = camera.model.project(np.column_stack([slopes, np.ones(len(slopes))]))
    expected = np.stack(np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1])), axis=-1)
    off = pixels - expected.reshape(-1, 2)
    # Half a pixel of the drawing, which pincushion distortion enlarges.
    assert np.abs(off).max() < 0.7 * max(1.0, camera.model.K[1, 1] / lens.pinhole.focal_px)
    assert np.abs(off.mean(axis=0)).max() < 0.02


def test_a_lens_that_sees_behind_itself_is_black_there():
    K = np.array([[60.0, 0.0, 159.5], [0.0, 60.0, 119.5], [0.0, 0.0, 1.0]])
    lens = Lens(CameraModel(K, np.zeros(4), "equidistant", SIZE))
    width, height = lens.pinhole.size

    image = lens.resample(np.full((height, width, 3), 255, np.uint8))

    assert image[120, 160].min() == 255
    assert image[0, 0].max() == 0  # 190 degrees off the axis
