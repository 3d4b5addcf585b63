"""The front door: what it says, what it refuses, and what it makes again when inputs change."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import pytest

from gpss_pose_ros import cli

ROOT = Path(__file__).resolve().parents[2]

# Loaded by its path: with the repository on sys.path its folders would pass for packages.
_spec = importlib.util.spec_from_file_location("front_door", ROOT / "front_door" / "__init__.py")
sys.modules.setdefault("front_door", importlib.util.module_from_spec(_spec))

from front_door import fingerprint, installation, machine, requirements  # noqa: E402
from front_door.environment import run_environment  # noqa: E402
from front_door.home import Home, find_home  # noqa: E402
from front_door.main import COMMANDS  # noqa: E402
from front_door.problem import Problem  # noqa: E402
from front_door.stages import Stages  # noqa: E402


@pytest.fixture
def repository(tmp_path):
    """A copy of what the front door reads, in a new folder."""
    root = tmp_path / "repository"
    root.mkdir()
    for name in ("gpss", "CMakeLists.txt", "package.xml"):
        shutil.copy2(ROOT / name, root)
    for name in ("front_door", "requirements", "cmake", "msg", "gpss_pose_ros"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.fixture
def bare_machine(tmp_path):
    """Environment of a machine with a Python and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    python = Path(sys._base_executable).resolve()
    (folder / "python3").symlink_to(python)
    return {"PATH": str(folder), "HOME": str(tmp_path)}


def call(root, env, *arguments):
    """Call ./gpss to its end."""
    command = [root / "gpss", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


def test_help_needs_no_set_up(repository, bare_machine):
    result = call(repository, bare_machine, "help")
    assert result.returncode == 0
    assert "replay" in result.stdout
    assert not (repository / ".gpss").exists()


def test_an_unknown_command_is_refused_before_the_set_up(repository, bare_machine):
    result = call(repository, bare_machine, "reply")
    assert result.returncode == 2
    assert "unknown command 'reply'; valid: demo, up, replay" in result.stderr
    assert not (repository / ".gpss").exists()


def test_everything_missing_is_named_at_once_with_the_fix(repository, bare_machine):
    result = call(repository, bare_machine, "up")
    assert result.returncode == 1
    assert "a C compiler, a C++ compiler" in result.stderr
    assert "fix: sudo apt install g++ gcc" in result.stderr


def test_an_unsupported_python_is_named(repository, bare_machine):
    script = repository / "gpss"
    versions = "((3, 10), (3, 11), (3, 12), (3, 13))"
    assert versions in script.read_text()
    script.write_text(script.read_text().replace(versions, "((3, 99),)"))
    result = call(repository, bare_machine, "help")
    assert result.returncode == 1
    assert f"this is {sys.version_info[0]}.{sys.version_info[1]}" in result.stderr


def test_demanded_security_is_refused(repository, bare_machine):
    result = call(repository, {**bare_machine, "ROS_SECURITY_STRATEGY": "Enforce"}, "up")
    assert result.returncode == 1
    assert "would run open" in result.stderr


def test_another_distribution_is_refused(repository, bare_machine):
    sourced = {**bare_machine, "ROS_DISTRO": "humble", "AMENT_PREFIX_PATH": "/opt/ros/humble"}
    result = call(repository, sourced, "up")
    assert result.returncode == 1
    assert "ROS 2 humble is sourced" in result.stderr


def test_a_second_call_waits_for_the_first(repository, bare_machine):
    (repository / ".gpss").mkdir()
    with (repository / ".gpss" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [repository / "gpss", "up"],
            env=bare_machine,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert "another ./gpss is setting up" in second.stdout.readline()
        assert second.poll() is None
    _, errors = second.communicate(timeout=60)
    assert "a C compiler" in errors, "it should go on when the lock is free"


def fingerprints(root):
    """Return the fingerprints of the environment and of the build of a home on PyPI's ROS 2."""
    home = Home(root, sys.executable, native=False)
    return fingerprint.environment_fingerprint(home), fingerprint.build_fingerprint(home)


@pytest.mark.parametrize(
    ("file", "environment_changes", "build_changes"),
    [
        ("requirements/constraints.txt", True, True),
        ("msg/Foot.msg", False, True),
        ("CMakeLists.txt", False, True),
        ("gpss_pose_ros/types.py", False, False),  # installed as a link: edits are live
        ("gpss_pose_ros/new_module.py", False, True),
        ("gpss_pose_ros/simulation/assets/new.npz", False, True),
        ("requirements/new_list.txt", False, False),
        ("gpss_pose_ros/.types.py.swp", False, False),
    ],
)
def test_only_a_change_of_inputs_changes_the_fingerprint(
    repository, file, environment_changes, build_changes
):
    before = fingerprints(repository)
    with (repository / file).open("a") as changed:
        changed.write("\n# changed\n")
    after = fingerprints(repository)
    assert (before[0] != after[0], before[1] != after[1]) == (environment_changes, build_changes)


def test_a_moved_repository_is_built_again(repository):
    moved = repository.rename(repository.with_name("moved"))
    shutil.copytree(moved, repository)
    assert fingerprints(moved)[0] != fingerprints(repository)[0]


def test_a_folder_is_fresh_only_when_finished_from_the_same_inputs(tmp_path):
    assert not fingerprint.is_fresh(tmp_path, "inputs")
    fingerprint.finish(tmp_path, "inputs")
    assert fingerprint.is_fresh(tmp_path, "inputs")
    assert not fingerprint.is_fresh(tmp_path, "other inputs")


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("ERROR: NewConnectionError: no route to index", "cannot reach the package index"),
        ("OSError: [Errno 28] No space left on device", "free about 2 GB"),
        ("error: expected ';' before '}'", "read the log"),
    ],
)
def test_a_failed_stage_shows_its_last_words_and_the_fix(tmp_path, said, fix):
    with (tmp_path / "lock").open("w") as lock:
        stages = Stages(tmp_path / "setup.log", lock.fileno())
        code = f"print('all well'); print({said!r}); raise SystemExit(3)"
        with pytest.raises(Problem) as problem:
            stages.run("Packages", [sys.executable, "-c", code], os.environ)
    assert said in str(problem.value)
    assert fix in str(problem.value)
    assert "all well" in (tmp_path / "setup.log").read_text()


def test_a_list_of_one_command_is_added_when_that_command_is_called(repository):
    """And leaves the environment that everybody shares as it is."""
    home = Home(repository, sys.executable, native=False)
    home.venv.mkdir(parents=True)
    lists = repository / "requirements"
    (lists / "more.txt").write_text("")
    before = fingerprint.environment_fingerprint(home)
    assert not installation.has_addition(home, "more.txt")
    fingerprint.finish(home.venv, *fingerprint.addition(home, "more.txt"))
    assert installation.has_addition(home, "more.txt")
    (lists / "more.txt").write_text("torch\n")
    assert not installation.has_addition(home, "more.txt")
    assert fingerprint.environment_fingerprint(home) == before


def test_lists_on_demand_exist_and_belong_to_commands():
    for command, name in requirements.ON_DEMAND.items():
        assert command in COMMANDS
        assert (ROOT / "requirements" / name).is_file()


@pytest.fixture
def machine_with_mesa(tmp_path, monkeypatch):
    """The files that Mesa's EGL and its drivers bring, in a new root."""
    monkeypatch.setattr(machine, "loads", lambda library: True)
    for file in (
        "usr/share/glvnd/egl_vendor.d/50_mesa.json",
        "usr/lib/x86_64-linux-gnu/dri/swrast_dri.so",
    ):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    return tmp_path


def test_a_machine_that_can_draw_is_left_alone(machine_with_mesa):
    machine.require_rendering({}, machine_with_mesa)


def test_missing_drivers_are_named_with_the_fix(machine_with_mesa):
    shutil.rmtree(machine_with_mesa / "usr" / "lib")
    with pytest.raises(Problem, match=r"fix: sudo apt install libgl1-mesa-dri$"):
        machine.require_rendering({}, machine_with_mesa)


def test_another_vendors_egl_needs_no_mesa(machine_with_mesa):
    shutil.rmtree(machine_with_mesa / "usr" / "lib")
    (machine_with_mesa / "usr/share/glvnd/egl_vendor.d/10_nvidia.json").touch()
    machine.require_rendering({}, machine_with_mesa)


def test_a_bare_machine_needs_both_packages(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "loads", lambda library: False)
    with pytest.raises(Problem, match="fix: sudo apt install libegl1 libgl1-mesa-dri"):
        machine.require_rendering({}, tmp_path)
    machine.require_rendering({"MUJOCO_GL": "osmesa"}, tmp_path)  # the user's own business


def test_a_library_that_is_none_does_not_load():
    assert not machine.loads("libnothing_of_the_kind.so.1")


def test_every_requirement_is_pinned():
    folder = ROOT / "requirements"
    pins = (folder / requirements.CONSTRAINTS).read_text().splitlines()
    pinned = {requirements.project_name(pin) for pin in pins if "==" in pin}
    lists = requirements.FROM_PYPI_ONLY + requirements.EVERYWHERE
    lists += tuple(requirements.ON_DEMAND.values())
    wanted = {requirements.project_name(item.text) for item in requirements.read(folder, lists)}
    assert wanted <= pinned


def test_a_native_ros_keeps_the_packages_it_has(tmp_path):
    for name in requirements.EVERYWHERE:
        (tmp_path / name).write_text("")
    (tmp_path / "run.txt").write_text("# the core\nnumpy\nPyYAML  # import yaml\nabsent-thing\n")
    (tmp_path / requirements.CONSTRAINTS).write_text("numpy==0.0.1\nabsent-thing==2.0\n")
    names, constraints = requirements.missing_on_native(
        tmp_path, Path(sys.executable), requirements.EVERYWHERE
    )
    assert names == ["absent-thing"]
    assert constraints == [f"numpy=={metadata.version('numpy')}", "absent-thing==2.0"]


def install_something(home):
    """Create the folder of Python packages that a build would leave."""
    packages = home.install / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    return packages


def test_the_environment_puts_ours_first_and_keeps_the_callers_choices(tmp_path):
    home = Home(tmp_path, sys.executable, native=False)
    packages = install_something(home)
    caller = {
        "PATH": "/usr/bin",
        "PYTHONPATH": "/elsewhere",
        "FASTDDS_DEFAULT_PROFILES_FILE": "/mine.xml",
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET",
    }
    env = run_environment(home, caller)
    assert env["PATH"].split(":") == [str(home.venv / "bin"), "/usr/bin"]
    assert env["PYTHONPATH"].split(":") == [str(packages), str(tmp_path / "overlay" / "python")]
    assert env["AMENT_PREFIX_PATH"].split(":") == [str(home.install), str(home.venv)]
    assert env["FASTDDS_DEFAULT_PROFILES_FILE"] == "/mine.xml"
    assert env["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SUBNET"
    assert env["RMW_IMPLEMENTATION"] == "rmw_fastrtps_cpp"
    assert run_environment(home, env) == env, "a call inside a call must change nothing"


@pytest.mark.parametrize(
    "name", ["FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE"]
)
def test_a_profile_under_either_name_is_the_callers_choice(tmp_path, name):
    """Fast DDS reads one setting under a new and an old name."""
    home = Home(tmp_path, sys.executable, native=False)
    env = run_environment(home, {name: "/mine.xml"})
    profiles = {key: value for key, value in env.items() if key.endswith("PROFILES_FILE")}
    assert profiles == {name: "/mine.xml"}
    assert len({key for key in run_environment(home, {}) if key.endswith("PROFILES_FILE")}) == 2


def test_discovery_stays_on_this_machine_unless_the_caller_opens_it(tmp_path):
    env = run_environment(Home(tmp_path, sys.executable, native=False), {})
    assert env["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"


def test_a_native_ros_keeps_its_own_packages_and_middleware(tmp_path):
    home = Home(tmp_path, sys.executable, native=True)
    packages = install_something(home)
    env = run_environment(home, {"PYTHONPATH": "/opt/ros/jazzy/lib/python3.12/site-packages"})
    assert env["PYTHONPATH"].split(":")[0] == str(packages)
    assert "/opt/ros/jazzy/lib/python3.12/site-packages" in env["PYTHONPATH"].split(":")
    assert "overlay" not in env["PYTHONPATH"]
    assert "RMW_IMPLEMENTATION" not in env


def test_a_sourced_ros_is_used_with_the_python_it_was_compiled_for(tmp_path):
    (tmp_path / "rclpy").mkdir()
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    (tmp_path / "rclpy" / f"_rclpy_pybind11{suffix}").touch()
    sourced = {"ROS_DISTRO": "jazzy", "AMENT_PREFIX_PATH": "/opt", "PYTHONPATH": str(tmp_path)}
    assert find_home(tmp_path, sourced) == Home(tmp_path, sys.executable, native=True)
    assert not find_home(tmp_path, {**sourced, "ROS_DISTRO": ""}).native
    with pytest.raises(Problem, match="leads to no rclpy"):
        find_home(tmp_path, {**sourced, "PYTHONPATH": ""})


def test_the_front_door_lists_every_command_there_is():
    assert set(COMMANDS) - {"test", "help"} == set(cli.COMMANDS)
