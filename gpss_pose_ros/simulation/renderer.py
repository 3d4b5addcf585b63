"""Draws a MuJoCo model off screen: colour and depth of an ideal pinhole camera.

The OpenGL context belongs to the thread that builds the renderer: draw in that thread.
"""

import weakref
from collections.abc import Iterable
from typing import Any

import numpy as np

from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.simulation.lens import DepthArray, Pinhole
from gpss_pose_ros.simulation.opengl import mujoco, open_context
from gpss_pose_ros.simulation.rectangle import Rectangle, Slices
from gpss_pose_ros.types import ImageArray

NEAR_M = 0.1
FAR_M = 100.0
BEYOND_M = 0.99 * FAR_M
"""What was drawn this far away is nothing."""
_GL_BGR = 0x80E0
_MAX_GEOMS = 10_000

Drawing = tuple[ImageArray, DepthArray]


class Layer:
    """Some of a model's things, ready to be drawn.

    Args:
        model: whose things.
        category: STATIC for what never moves, DYNAMIC for mocap bodies and skins, or ALL.
        shadows: whether lamps cast shadows.
    """

    def __init__(
        self, model: mujoco.MjModel, category: mujoco.mjtCatBit, shadows: bool = False
    ) -> None:
        self.scene = mujoco.MjvScene(model, _MAX_GEOMS)
        self.scene.flags[:] = 0
        self.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
        self.scene.flags[mujoco.mjtRndFlag.mjRND_CULL_FACE] = 1
        self._model, self._category = model, category
        self._option = mujoco.MjvOption()
        skins = category != mujoco.mjtCatBit.mjCAT_STATIC
        self._option.flags[mujoco.mjtVisFlag.mjVIS_SKIN] = skins
        self._anywhere = mujoco.MjvCamera()

    def update(self, data: mujoco.MjData) -> None:
        """Take over where the things are."""
        mujoco.mjv_updateScene(
            self._model, data, self._option, None, self._anywhere, self._category, self.scene
        )

    def skin_m(self, skin: int) -> DepthArray:
        """Return the vertices (V, 3) of a skin as of the last update, factory frame, in [m]."""
        first, count = self.scene.skinvertadr[skin], self.scene.skinvertnum[skin]
        vertices = self.scene.skinvert.reshape(-1, 3)[first : first + count]
        return np.array(vertices, np.float32)


class Renderer:
    """An OpenGL context with a model's meshes and textures, and an off-screen buffer.

    Raises:
        SetupError: this machine has no OpenGL.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        self._size = (64, 64)
        model.vis.global_.offwidth, model.vis.global_.offheight = self._size
        self._gl, self._context = open_context(model)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self._context.readPixelFormat = _GL_BGR
        # Reversed depth keeps float32 exact to the millimetre far away.
        self._context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR
        self._release = weakref.finalize(self, _release, self._gl, self._context)
        self._release.atexit = False  # another thread would do it; the process takes all along

    def draw(self, layer: Layer, pinhole: Pinhole, factory_from_camera: Transform) -> Drawing:
        """Return colour (H, W, 3) BGR and depth (H, W) in [m], LAST row of the picture first.

        Depth is along the optical axis; FAR_M where nothing is.
        """
        whole = Rectangle(0, 0, *pinhole.size)
        return self.draw_parts(layer, pinhole, factory_from_camera, [whole])[0]

    def draw_parts(
        self,
        layer: Layer,
        pinhole: Pinhole,
        factory_from_camera: Transform,
        areas: Iterable[Rectangle],
    ) -> list[Drawing]:
        """Return some areas of what `draw` returns: reading back takes long."""
        self._gl.make_current()
        self._fit(pinhole.size)
        _aim(layer.scene, pinhole, factory_from_camera)
        mujoco.mjr_render(mujoco.MjrRect(0, 0, *pinhole.size), layer.scene, self._context)
        return [self._read(area.of_last_row_first(pinhole.size[1])) for area in areas]

    def upload_texture(self, model: mujoco.MjModel, texture: int) -> None:
        """Take over a texture that was changed in the model."""
        self._gl.make_current()
        mujoco.mjr_uploadTexture(model, self._context, texture)

    def close(self) -> None:
        """Free the graphics memory; so does forgetting the renderer."""
        self._release()

    def _read(self, part: Slices) -> Drawing:
        """Return rows and columns of what was drawn last."""
        rows, columns = part
        height, width = rows.stop - rows.start, columns.stop - columns.start
        colour = np.empty((height, width, 3), np.uint8)
        depth = np.empty((height, width), np.float32)
        viewport = mujoco.MjrRect(columns.start, rows.start, width, height)
        mujoco.mjr_readPixels(colour, depth, viewport, self._context)
        return colour, _metres(depth)

    def _fit(self, size: tuple[int, int]) -> None:
        """Make the off-screen buffer as large as the drawing: clearing part of one takes longer."""
        if size != self._size:
            mujoco.mjr_resizeOffscreen(*size, self._context)
            self._size = size


def _release(gl: Any, context: mujoco.MjrContext) -> None:
    gl.make_current()  # else another renderer's memory is freed
    context.free()
    gl.free()


def _aim(scene: mujoco.MjvScene, pinhole: Pinhole, factory_from_camera: Transform) -> None:
    """Set both eyes of a scene, whose mean MuJoCo draws, to the pinhole camera."""
    left, right, bottom, top = pinhole.frustum(NEAR_M)
    R = factory_from_camera.rotation
    for eye in scene.camera:
        eye.pos, eye.forward, eye.up = factory_from_camera.translation, R[:, 2], -R[:, 1]
        eye.frustum_center, eye.frustum_width = (left + right) / 2, (right - left) / 2
        eye.frustum_bottom, eye.frustum_top = bottom, top
        eye.frustum_near, eye.frustum_far = NEAR_M, FAR_M


def _metres(buffer: DepthArray) -> DepthArray:
    """Return depth in [m] of a depth buffer that is 1 at NEAR_M and 0 at FAR_M.

    Perspective makes the buffer linear in 1 / depth.
    """
    buffer *= np.float32(1 / NEAR_M - 1 / FAR_M)
    buffer += np.float32(1 / FAR_M)
    return np.reciprocal(buffer, out=buffer)
