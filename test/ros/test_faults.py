"""The fault campaign on the real graph: a short selection; `./gpss faults` injects everything."""

import os
from collections.abc import Iterator

import pytest
from tqdm import tqdm

from gpss_pose_ros.commands.fault_campaign import Campaign
from gpss_pose_ros.commands.faults import inject_into
from gpss_pose_ros.evaluation.fault import Bench
from gpss_pose_ros.evaluation.fault_figures import Outcome
from gpss_pose_ros.evaluation.fault_site import GATE_TIMEOUT_S, HEARTBEAT_S, LOOK_S
from gpss_pose_ros.evaluation.fault_table import FAULTS
from gpss_pose_ros.evaluation.fault_trial import Recovery
from gpss_pose_ros.nodes import (
    fault_camera_actions,
    fault_person_actions,
    fault_robot_actions,
    fault_site_actions,
)
from gpss_pose_ros.nodes.fault_image_actions import image_actions
from gpss_pose_ros.nodes.gate_settings import GateSettings
from gpss_pose_ros.nodes.pose_settings import PoseSettings
from gpss_pose_ros.nodes.safety_settings import SafetySettings
from gpss_pose_ros.supervisor import use_own_domain

SELECTION = (
    "persons_stopped",
    "persons_repeated",
    "position_nan",
    "camera_reported_moved",
    "odometry_nan",
    "transform_stopped",
    "second_persons_publisher",
    "site_file_edited",
    "safety_hangs",
    "start_without_camera",
)
BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.fixture(scope="module")
def campaign(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Campaign]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROS_DOMAIN_ID", "")  # undone at the end, whatever it becomes
        del os.environ["ROS_DOMAIN_ID"]
        use_own_domain()
        with inject_into(Bench.INPUTS, tmp_path_factory.mktemp("site"), 1) as running:
            yield running


@pytest.mark.parametrize("name", SELECTION)
def test_fault_is_detected_and_nobody_drives(campaign, name):
    fault = BY_NAME[name]
    (outcome,) = campaign.run([fault], tqdm(disable=True))
    assert isinstance(outcome, Outcome)
    assert outcome.detected
    assert not outcome.fail_open
    assert outcome.recovery is (Recovery.RESET if fault.latched else Recovery.FREE)


def test_every_fault_can_be_injected():
    tables = (fault_person_actions, fault_camera_actions, fault_robot_actions, fault_site_actions)
    names = {name for table in tables for name in table.ACTIONS}
    assert names | set(image_actions(None)) == set(BY_NAME)


def test_timeouts_of_the_table_are_those_of_the_nodes():
    assert SafetySettings().check_s == LOOK_S
    assert PoseSettings().heartbeat_s == HEARTBEAT_S
    assert GateSettings(robot="any").state_timeout_s == GATE_TIMEOUT_S
