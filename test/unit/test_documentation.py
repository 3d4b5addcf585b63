"""Configuration, documents and code say the same."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest
import yaml

from gpss_pose_ros.arguments import ARGUMENTS
from gpss_pose_ros.nodes.pose_settings import PoseSettings
from gpss_pose_ros.nodes.safety_settings import SafetySettings
from gpss_pose_ros.parameters import parameters_of
from gpss_pose_ros.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
PARAMETERS = {p.name: p for p in parameters_of(PoseSettings)}
SAFETY_PARAMETERS = {p.name: p for p in parameters_of(SafetySettings)}

# Loaded by its path: with the repository on sys.path its folders would pass for packages.
_spec = importlib.util.spec_from_file_location("front_door", ROOT / "front_door" / "__init__.py")
sys.modules.setdefault("front_door", importlib.util.module_from_spec(_spec))

from front_door.main import COMMANDS  # noqa: E402


def flat(tree, prefix=""):
    """Values of a nested dictionary by dotted name."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def configured(name, node="pose_node"):
    document = yaml.safe_load((CONFIG / name).read_text())
    return dict(flat(document[node]["ros__parameters"]))


def descriptions(name):
    """The comment above each parameter of a configuration file, by dotted name."""
    found, comment, path = {}, "", []
    for line in (CONFIG / name).read_text().splitlines():
        stripped = line.strip()
        if stripped.startswith("#"):
            comment += stripped.lstrip("#")
        elif stripped:
            depth = (len(line) - len(line.lstrip())) // 2
            path = [*path[:depth], stripped.partition(":")[0]]
            found[".".join(path[2:])] = comment
            comment = ""
    return found


@pytest.fixture(scope="module")
def readme():
    return (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def documents(readme):
    return readme + "".join(path.read_text() for path in (ROOT / "doc").glob("*.md"))


def test_the_configuration_holds_every_parameter_at_its_default():
    pipeline, cameras = configured("pipeline.yaml"), configured("cameras.yaml")
    assert not set(pipeline) & set(cameras)
    assert pipeline | cameras == {name: p.default for name, p in PARAMETERS.items()}


def test_the_configuration_of_safety_does_so_too():
    safety, cameras = (configured(f"{name}.yaml", "safety_node") for name in ("safety", "cameras"))
    assert not set(safety) & set(cameras)
    assert safety | cameras == {name: p.default for name, p in SAFETY_PARAMETERS.items()}
    assert cameras.items() <= configured("cameras.yaml").items()


def test_every_parameter_is_described_and_its_default_is_one_ros_knows():
    for parameter in (*PARAMETERS.values(), *SAFETY_PARAMETERS.values()):
        assert parameter.description, parameter.name
        assert type(parameter.default) in (bool, int, float, str, list), parameter.name


@pytest.mark.parametrize(
    ("file", "node", "parameters"),
    [
        ("pipeline.yaml", "pose_node", PARAMETERS),
        ("safety.yaml", "safety_node", SAFETY_PARAMETERS),
    ],
)
def test_the_configuration_describes_each_parameter_as_the_code_does(file, node, parameters):
    comments = descriptions(file)
    for name in configured(file, node):
        told, meant = (
            re.sub(r"\s", "", text) for text in (comments[name], parameters[name].description)
        )
        assert told == meant, name


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(readme, command):
    assert f"./gpss {command}" in readme


def test_the_readme_lists_the_arguments_as_they_are(readme):
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", readme, flags=re.MULTILINE)
    told = {name: (default.strip(" `"), meaning) for name, default, meaning in rows}
    meant = {a.name: (a.default, a.description) for a in ARGUMENTS}
    assert {name: told.get(name) for name in meant} == meant


def test_what_the_documents_call_can_be_called(documents):
    called = set(re.findall(r"\./gpss (\w+)", documents)) - {"COMMAND"}
    assert called <= set(COMMANDS)
    given = set(re.findall(r"\b([a-z_]+):=", documents)) - {"name"}
    assert given <= {a.name for a in ARGUMENTS} | set(PARAMETERS) | set(SAFETY_PARAMETERS)


def test_links_between_documents_lead_somewhere():
    for source in [ROOT / "README.md", *(ROOT / "doc").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", source.read_text()):
            if "://" not in target:
                assert (source.parent / target).exists(), f"{source.name} -> {target}"


def test_nothing_is_left_to_fill_in(documents):
    assert re.findall(r"^@\w+@$|TODO|TBD|FIXME", documents, flags=re.MULTILINE) == []


def test_the_version_is_one():
    package = (ROOT / "package.xml").read_text()
    assert f"<version>{VERSION}</version>" in package
    assert VERSION in (ROOT / "CHANGELOG.rst").read_text()
