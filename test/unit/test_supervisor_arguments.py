"""What a supervised node is told on its command line is what the graph's description says."""

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.bringup import NodeSpec
from gpss_pose_ros.errors import SetupError
from gpss_pose_ros.supervisor import Supervisor, ros_arguments

words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)
values = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(0.001, 1000.0),
    words,
    st.lists(words, min_size=1, max_size=4),
)


def told(words_given):
    """Parameters by name, as a YAML parser (rcl's is one) reads the words after each -p."""
    pairs = (words_given[i + 1] for i, word in enumerate(words_given) if word == "-p")
    return {name: yaml.safe_load(text) for name, _, text in (p.partition(":=") for p in pairs)}


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z][a-z_.]{0,9}", fullmatch=True), values, max_size=5))
def test_parameters_keep_value_and_type(parameters):
    node = NodeSpec("package", "program", "name", (), tuple(parameters.items()))
    found = told(ros_arguments(node))
    assert found == parameters
    assert {k: type(v) for k, v in found.items()} == {k: type(v) for k, v in parameters.items()}


@pytest.mark.parametrize(
    "text", ["2026", "1e3", "on", "null", "", "a: b # c", "[1]", "Fü\U0001f9cd"]
)
def test_a_text_stays_a_text(text):
    node = NodeSpec("package", "program", "name", (), (("frame", text),))
    assert told(ros_arguments(node)) == {"frame": text}


def test_name_and_files_come_before_the_parameters_that_override_them():
    files = (Path("pipeline.yaml"), Path("cameras.yaml"))
    given_words = ros_arguments(NodeSpec("package", "program", "north", files, (("rate", 1.0),)))
    assert given_words == [
        *("--ros-args", "-r", "__node:=north"),
        *("--params-file", "pipeline.yaml", "--params-file", "cameras.yaml"),
        *("-p", "rate:=1.0"),
    ]


def test_a_program_that_is_not_installed_is_named(tmp_path):
    node = NodeSpec("package", "no_such_node", "name")
    supervisor = Supervisor([node], {"package": tmp_path})
    with pytest.raises(SetupError, match=r"package has no executable no_such_node: looked at"):
        supervisor.__enter__()
    assert supervisor.processes == {}


def test_only_essential_nodes_that_ended_end_the_graph(tmp_path):
    folder = tmp_path / "lib" / "package"
    folder.mkdir(parents=True)
    (folder / "program").write_text("#!/usr/bin/env python3\nraise SystemExit(3)\n")
    nodes = [
        NodeSpec("package", "program", "pose_node"),
        NodeSpec("package", "program", "rviz", essential=False),
    ]
    with Supervisor(nodes, {"package": tmp_path}) as graph:
        codes = {name: process.wait(30.0) for name, process in graph.processes.items()}
        assert codes == {"pose_node": 3, "rviz": 3}
        assert graph.ended() == {"pose_node": 3}


def test_a_node_steps_back_as_far_as_described(tmp_path):
    folder = tmp_path / "lib" / "package"
    folder.mkdir(parents=True)
    (folder / "program").write_text(
        "#!/usr/bin/env python3\nimport os\nraise SystemExit(os.nice(0))\n"
    )
    here = os.nice(0)
    nodes = [NodeSpec("package", "program", f"{n}", niceness=n) for n in (0, 3)]
    with Supervisor(nodes, {"package": tmp_path}) as graph:
        codes = {name: process.wait(30.0) for name, process in graph.processes.items()}
    assert codes == {"0": here, "3": min(here + 3, 19)}
