"""Bodies and stances the motion tests share."""

import pytest

from gpss_pose_ros.simulation.body import load_bodies
from gpss_pose_ros.simulation.motion.stance import Stance


@pytest.fixture(scope="session")
def bodies():
    """All adults, the shortest first."""
    return sorted(load_bodies(), key=lambda body: body.height_m)


@pytest.fixture(params=[0, -1], ids=["shortest", "tallest"])
def body(bodies, request):
    return bodies[request.param]


@pytest.fixture
def stance():
    return Stance.at(2.0, 1.0, 0.7, 0.22, 0.1)
