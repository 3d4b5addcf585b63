"""The graph for given arguments: which nodes run with what, and what is refused before any runs."""

from pathlib import Path

import pytest

from gpss_pose_ros.arguments import ARGUMENTS, parse_arguments, with_defaults
from gpss_pose_ros.bringup import describe_environment, describe_graph
from gpss_pose_ros.errors import CalibrationError, ConfigurationError, RecordingError
from gpss_pose_ros.nodes.safety_settings import SafetySettings
from gpss_pose_ros.nodes.simulation_settings import SimulationSettings
from gpss_pose_ros.parameters import parameters_of, settings_from

ROOT = Path(__file__).resolve().parents[2]
SHARE = Path("share")
CAMERA = """
[{name}]
size = [640.0, 480.0]
matrix = [[500.0, 0.0, 319.5], [0.0, 500.0, 239.5], [0.0, 0.0, 1.0]]
distortions = [0.0, 0.0, 0.0, 0.0]
rotation = [3.141592653589793, 0.0, 0.0]
translation = [0.0, 0.0, 3.0]
"""


@pytest.fixture
def recording(tmp_path):
    text = "".join(CAMERA.format(name=name) for name in ("west", "east"))
    (tmp_path / "Calib_hall.toml").write_text(text)
    return tmp_path


def graph(*words, share=SHARE):
    """The nodes by name, each with its parameters as a dictionary."""
    nodes = describe_graph(parse_arguments(words), share)
    return {node.name: (node, dict(node.parameters)) for node in nodes}


def defaults(settings):
    return {parameter.name: parameter.default for parameter in parameters_of(settings)}


def test_without_arguments_one_node_takes_its_parameters_from_the_configuration():
    ((node, parameters),) = graph().values()
    assert (node.package, node.executable) == ("gpss_pose_ros", "pose_node")
    config = SHARE / "config"
    assert node.parameter_files == (config / "pipeline.yaml", config / "cameras.yaml")
    assert parameters == {}


def test_arguments_override_the_files(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("")
    node, parameters = graph(f"config:={mine}", "detector:=rtmdet_nano", "factory_frame:=hall:=3")[
        "pose_node"
    ]
    assert node.parameter_files == (mine.resolve(), SHARE / "config" / "cameras.yaml")
    assert parameters == {"factory_frame": "hall:=3", "detector": "rtmdet_nano"}


def test_a_recording_brings_its_cameras_and_a_node_that_replays_it(recording):
    nodes = graph(f"recording:={recording}", "rate:=0.5", "loop:=true", "factory_frame:=hall")
    assert list(nodes) == ["replay_node", "pose_node"]
    assert nodes["pose_node"][1]["cameras"] == ["west", "east"]
    replay = nodes["replay_node"][1]
    assert replay["directory"] == str(recording.resolve())
    assert (replay["rate"], replay["loop"]) == (0.5, True)
    assert replay["factory_frame"] == nodes["pose_node"][1]["factory_frame"] == "hall"


def test_the_frame_of_the_configuration_stays_unless_one_is_given(recording):
    calibration = recording / "Calib_hall.toml"
    nodes = graph(f"recording:={recording}", f"calibration:={calibration}")
    assert "factory_frame" not in nodes["pose_node"][1]
    assert nodes["replay_node"][1]["factory_frame"] == "factory"
    assert nodes["calibration_node"][1]["factory_frame"] == "factory"


def test_a_replay_is_heard_whatever_the_configuration_says_of_live_cameras(recording):
    """Both sides take their topics from defaults and arguments alone, and they agree."""
    nodes = graph(f"recording:={recording}")
    pose, replay = nodes["pose_node"][1], nodes["replay_node"][1]
    assert pose["image_topic"] == "/{camera}/image_raw"
    assert pose["camera_info_topic"] == "/{camera}/camera_info"
    assert pose["image_transport"] == replay["transport"] == "raw"
    assert not {"image_topic", "camera_info_topic"} & set(replay)  # its defaults, the same


@pytest.mark.parametrize(("stamps", "simulated"), [("now", False), ("original", True)])
def test_original_stamps_need_the_clock_of_the_replay(recording, stamps, simulated):
    nodes = graph(f"recording:={recording}", f"stamps:={stamps}")
    assert nodes["pose_node"][1]["use_sim_time"] is simulated
    assert nodes["replay_node"][1]["stamps"] == stamps


def test_only_the_view_may_end_without_the_graph(recording):
    calibration = recording / "Calib_hall.toml"
    nodes = graph(f"recording:={recording}", f"calibration:={calibration}", "rviz:=true")
    assert {name for name, (node, _) in nodes.items() if not node.essential} == {"rviz"}
    assert len(nodes) == 4


@pytest.mark.parametrize("transport", ["raw", "compressed"])
def test_both_sides_of_a_replay_use_one_transport(recording, transport):
    nodes = graph(f"recording:={recording}", f"image_transport:={transport}")
    assert nodes["replay_node"][1]["transport"] == transport
    assert nodes["pose_node"][1]["image_transport"] == transport


def test_a_calibration_is_published_by_a_node_of_its_own(recording):
    path = recording / "Calib_hall.toml"
    _, parameters = graph(f"calibration:={path}", "factory_frame:=hall")["calibration_node"]
    assert parameters == {"file": str(path.resolve()), "factory_frame": "hall"}


def test_safety_runs_only_when_asked_for():
    assert "safety_node" not in graph()
    node, parameters = graph("safety:=true")["safety_node"]
    config = SHARE / "config"
    assert parameters == {"zones": str(config / "zones.yaml"), "factory_frame": "factory"}
    files = [config / f"{name}.yaml" for name in ("safety", "pipeline", "cameras")]
    assert node.parameter_files == tuple(files)  # what a user's file says comes after ours
    assert node.essential


def test_safety_hears_what_the_others_say(recording, tmp_path):
    zones = tmp_path / "mine.yaml"
    zones.write_text("")
    nodes = graph(
        f"recording:={recording}",
        "stamps:=original",
        "safety:=true",
        f"zones:={zones}",
        "factory_frame:=hall",
    )
    safety, pose = nodes["safety_node"][1], nodes["pose_node"][1]
    assert safety.pop("zones") == str(zones.resolve())
    assert safety == {name: pose[name] for name in safety}
    assert set(safety) == {"factory_frame", "camera_info_topic", "use_sim_time"}
    simulated = graph("simulation:=demo", "safety:=true", share=ROOT)
    topic = simulated["pose_node"][1]["camera_info_topic"]
    assert simulated["safety_node"][1]["camera_info_topic"] == topic


def test_every_parameter_of_the_safety_node_is_one_it_has(recording):
    _, parameters = graph(f"recording:={recording}", "safety:=true")["safety_node"]
    assert set(parameters) - {"use_sim_time"} <= set(defaults(SafetySettings))
    settings_from(SafetySettings, parameters)


def test_rviz_opens_our_view():
    node, _ = graph("rviz:=true")["rviz"]
    assert node.package == "rviz2"
    assert node.arguments == ("-d", str(SHARE / "config" / "gpss.rviz"))


def test_a_simulation_brings_its_cameras_and_a_node_that_renders_them():
    nodes = graph("simulation:=demo", "simulated_cameras:=2", "factory_frame:=hall", share=ROOT)
    assert list(nodes) == ["simulation_node", "pose_node"]
    simulated, pose = nodes["simulation_node"][1], nodes["pose_node"][1]
    assert simulated["factory_frame"] == pose["factory_frame"] == "hall"
    assert len(pose["cameras"]) == simulated["cameras"] == 2
    assert simulated["transport"] == pose["image_transport"] == "raw"
    assert pose["image_topic"] == SimulationSettings().image_topic
    assert pose["camera_info_topic"] == SimulationSettings().camera_info_topic


def test_every_parameter_of_the_simulation_node_is_one_it_has():
    _, parameters = graph("simulation:=demo", share=ROOT)["simulation_node"]
    assert set(parameters) <= {p.name for p in parameters_of(SimulationSettings)}
    settings_from(SimulationSettings, {**defaults(SimulationSettings), **parameters})


def test_the_choices_of_a_run_reach_the_simulation():
    words = ("seed:=7", "people:=3", "duration:=12.5", "image_transport:=compressed")
    nodes = graph("simulation:=demo", *words, share=ROOT)
    parameters = nodes["simulation_node"][1]
    wanted = {"seed": 7, "people": 3, "duration_s": 12.5, "transport": "compressed"}
    assert {name: parameters[name] for name in wanted} == wanted
    assert nodes["pose_node"][1]["image_transport"] == "compressed"


def test_a_world_may_be_a_file_anywhere(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text((ROOT / "config" / "worlds" / "demo.yaml").read_text())
    _, parameters = graph(f"simulation:={mine}")["simulation_node"]
    assert parameters["world"] == str(mine.resolve())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("simulation:=moon",), "unknown world 'moon'; valid: .*demo"),
        (("simulation:=demo", "seed:=x"), "seed must be a whole number, got 'x'"),
        (("simulation:=demo", "people:=1.5"), "people must be a whole number"),
        (("simulation:=demo", "duration:=-1"), "duration must be a number at least 0"),
        (("simulation:=demo", "duration:=nan"), "duration must be a number at least 0"),
        (("simulation:=demo", "simulated_cameras:=99"), "cameras, not 99"),
        (("simulation:=demo", "recording:=."), "exclude each other"),
    ],
)
def test_an_impossible_simulation_is_refused_before_anything_starts(words, message):
    with pytest.raises(ConfigurationError, match=message):
        graph(*words, share=ROOT)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("rate", "expected name:=value, got 'rate'"),
        ("rate=2", "expected name:=value"),
        ("speed:=2", "unknown argument 'speed'; valid: .*rate"),
        ("loop:=yes", "unknown loop 'yes'; valid: true, false"),
        ("rviz:=True", "unknown rviz 'True'; valid: true, false"),
        ("network:=", "unknown network ''; valid: true, false"),
    ],
)
def test_a_wrong_word_is_named_with_the_valid_ones(word, message):
    with pytest.raises(ConfigurationError, match=message):
        parse_arguments([word])


@pytest.mark.parametrize("rate", ["fast", "", "0", "-1", "nan", "inf"])
def test_a_rate_that_is_no_speed_is_refused(recording, rate):
    with pytest.raises(ConfigurationError, match="rate must be a number above 0"):
        graph(f"recording:={recording}", f"rate:={rate}")


@pytest.mark.parametrize("name", ["config", "cameras", "calibration"])
def test_a_file_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(ConfigurationError, match=f"{name}:=.*none.yaml names no file"):
        graph(f"{name}:={tmp_path / 'none.yaml'}")


def test_an_unusable_recording_is_refused_before_anything_starts(tmp_path, recording):
    with pytest.raises(RecordingError, match="no folder"):
        graph(f"recording:={tmp_path / 'none'}")
    (recording / "Calib_hall.toml").write_text("[west]\nsize = [640, 480]\n")
    with pytest.raises(CalibrationError, match="camera west: missing matrix"):
        graph(f"recording:={recording}")


def test_every_argument_has_a_valid_default_and_a_description():
    defaults = with_defaults({})
    assert set(defaults) == {argument.name for argument in ARGUMENTS}
    assert with_defaults(defaults) == defaults
    assert all(argument.description for argument in ARGUMENTS)


def environment(environ, **given):
    return describe_environment(with_defaults(given), SHARE, environ)


def test_the_graph_stays_on_this_machine_by_default():
    wanted = environment({"PATH": "/bin"})
    assert wanted["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert wanted["FASTDDS_DEFAULT_PROFILES_FILE"].endswith("fastdds.xml")
    assert "PATH" not in wanted


def test_what_the_user_has_set_stays():
    mine = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "OFF", "FASTDDS_DEFAULT_PROFILES_FILE": "mine.xml"}
    assert not set(environment(mine)) & set(mine)


@pytest.mark.parametrize(
    "name", ["FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE"]
)
def test_a_profile_under_either_name_is_the_users_choice(name):
    """Fast DDS reads one setting under a new and an old name."""
    assert set(environment({name: "mine.xml"})) == {"ROS_AUTOMATIC_DISCOVERY_RANGE"}
    opened = environment({name: "mine.xml"}, network="true")
    profiles = [opened[f"{dds}_DEFAULT_PROFILES_FILE"] for dds in ("FASTDDS", "FASTRTPS")]
    assert profiles == [str(SHARE / "config" / "fastdds_network.xml")] * 2


def test_only_the_network_argument_opens_the_graph():
    closed = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    wanted = environment(closed, network="true")
    assert wanted["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SUBNET"
    assert wanted["FASTDDS_DEFAULT_PROFILES_FILE"].endswith("fastdds_network.xml")
