"""MuJoCo with a way to draw without a screen: every module takes `mujoco` from here.

MuJoCo chooses how to open an OpenGL context when it is imported, by MUJOCO_GL: "egl", which also
uses a GPU where there is one, unless the user says "osmesa" or another.
"""

import os

from gpss_pose_ros.errors import SetupError

os.environ.setdefault("MUJOCO_GL", "egl")
_CURE = (
    "install what the simulation draws with: pip install mujoco, and apt install libegl1 "
    "libgl1-mesa-dri (MUJOCO_GL=egl) or libosmesa6 (MUJOCO_GL=osmesa)"
)
try:
    import mujoco
except Exception as error:  # a missing library is whatever ctypes stumbles over
    raise SetupError(
        f"MuJoCo cannot be loaded with MUJOCO_GL={os.environ['MUJOCO_GL']}: {error}; {_CURE}"
    ) from error

__all__ = ["mujoco", "open_context"]


def open_context(model: mujoco.MjModel) -> tuple[mujoco.GLContext, mujoco.MjrContext]:
    """Return an OpenGL context, current in this thread, and what MuJoCo keeps in it of a model.

    Raises:
        SetupError: there is no OpenGL.
    """
    try:
        context = mujoco.GLContext(64, 64)
        context.make_current()
        return context, mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_50)
    except Exception as error:  # every platform raises its own kind
        raise SetupError(
            f"cannot draw without a screen (MUJOCO_GL={os.environ['MUJOCO_GL']}): {error}; {_CURE}"
        ) from error
