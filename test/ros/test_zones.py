"""`gpss zones` prints a file that the safety of a simulated world runs with."""

import pytest

from gpss_pose_ros.cli import main
from gpss_pose_ros.safety.site_file import read_site


@pytest.mark.parametrize("words", [[], ["--world", "lab"]], ids=["default", "lab"])
def test_it_prints_the_site_of_a_world(words, capsys, tmp_path):
    assert main(["zones", *words]) == 0
    printed = capsys.readouterr().out
    zones = tmp_path / "zones.yaml"
    zones.write_text(printed)
    robots = [robot.name for robot in read_site(zones).robots]
    assert robots == (["atr_01"] if words else ["atr_01", "atr_02"])
    assert "no certified safety function" in printed


def test_a_world_that_is_not_there_is_named_with_those_that_are(capsys):
    assert main(["zones", "--world", "moon"]) == 1
    assert "unknown world 'moon'; valid: demo, lab" in capsys.readouterr().err
