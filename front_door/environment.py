"""The environment variables that our processes run in: what `source setup.bash` would do."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from front_door.home import Home
from front_door.problem import Problem

PROFILES = ("FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE")


def require_no_security(home: Home, environ: Mapping[str, str]) -> None:
    """Raise Problem if DDS security is demanded, which the wheels' Fast DDS would ignore."""
    if not home.native and environ.get("ROS_SECURITY_STRATEGY", "").lower() == "enforce":
        raise Problem(
            "ROS_SECURITY_STRATEGY=Enforce is set, and the Fast DDS from PyPI has no DDS security: "
            "it would run open.",
            "use a native ROS 2 (source its setup.bash), or unset ROS_SECURITY_STRATEGY",
        )


def tool_environment(home: Home, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which pip and colcon work: ours first, the caller's after it."""
    env = dict(environ)
    env.pop("PYTHONHOME", None)
    _put_first(env, "PATH", [home.venv / "bin"])
    env["VIRTUAL_ENV"] = str(home.venv)
    if not home.native:
        env.pop("PYTHONPATH", None)  # whatever it holds was not made for this environment
        for name in ("AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH"):
            _put_first(env, name, [home.venv])
        libraries = sorted(home.venv.glob("lib/python3.*/site-packages/ros_*.libs"))
        _put_first(env, "LD_LIBRARY_PATH", [home.venv / "lib", *libraries])
        # The wheels would set LD_LIBRARY_PATH themselves, by starting every Python twice.
        env["_ROS_WHEELS_BOOTSTRAP_COMPLETE"] = "1"
    return env


def run_environment(home: Home, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which nodes, tools and tests run.

    What the caller has set on purpose (discovery range, profiles, models) stays as it is.
    """
    env = tool_environment(home, environ)
    overlay = [] if home.native else [home.root / "overlay" / "python"]
    _put_first(env, "PYTHONPATH", [*site_packages(home.install), *overlay])
    _put_first(env, "AMENT_PREFIX_PATH", [home.install])
    _put_first(env, "LD_LIBRARY_PATH", [home.install / "lib"])
    env["GPSS_ROOT"] = str(home.root)
    env["PYTHONSAFEPATH"] = "1"  # the source folder must not hide the installed package
    defaults = _defaults(home)
    if any(name in env for name in PROFILES):  # the old and the new name of one setting
        defaults = {name: value for name, value in defaults.items() if name not in PROFILES}
    return defaults | env


def _defaults(home: Home) -> dict[str, str]:
    """Return the variables that the caller may set differently."""
    profile = str(home.install / "share" / "gpss_pose_ros" / "config" / "fastdds.xml")
    models = (home.root / "models", home.root.parent / "shared" / "models")
    defaults = {
        "GPSS_MODEL_PATH": os.pathsep.join(map(str, models)),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        **dict.fromkeys(PROFILES, profile),
    }
    return defaults if home.native else defaults | {"RMW_IMPLEMENTATION": "rmw_fastrtps_cpp"}


def site_packages(prefix: Path) -> list[Path]:
    """Return the folders of Python packages under `prefix` (Debian has a layout of its own)."""
    patterns = ("lib/python3.*/site-packages", "local/lib/python3.*/dist-packages")
    return [folder for pattern in patterns for folder in sorted(prefix.glob(pattern))]


def _put_first(env: dict[str, str], name: str, folders: Iterable[Path]) -> None:
    """Prepend `folders` to a list of paths, each path once."""
    old = env.get(name, "").split(os.pathsep)
    paths = dict.fromkeys([*map(str, folders), *filter(None, old)])
    env[name] = os.pathsep.join(paths)
