from dataclasses import replace
from pathlib import Path

import pytest

from gpss_pose_ros.simulation.dataset.settings import load_settings

CONFIG = Path(__file__).resolve().parents[4] / "config" / "dataset.yaml"


@pytest.fixture(scope="session")
def settings():
    return load_settings(CONFIG)


@pytest.fixture(scope="session")
def small(settings):
    """A few tiny images of few people in two worlds a split."""
    return replace(
        settings,
        images={"train": 4, "val": 1, "test": 2},
        images_per_world=2,
        images_per_camera=1,
        empty_fraction=0.0,
        light_outfit_fraction=0.5,
        stretch_fraction=0.5,
        sizes=((160, 120),),
        size_weights=(1.0,),
        people=3,
    )
