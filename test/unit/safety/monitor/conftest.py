"""Plants in every state that tests of the monitor begin with."""

from copy import deepcopy
from dataclasses import replace
from functools import cache

import pytest

from .plant import Plant, standing, started

once_started = cache(started)


@pytest.fixture
def change():
    """Makes changes of reports: of one camera's fields."""

    def of_camera(name, **fields):
        def changed(report):
            camera = replace(report.cameras[name], **fields)
            return replace(report, cameras={**report.cameras, name: camera})

        return changed

    return of_camera


@pytest.fixture
def robot():
    """Makes robots that stand."""
    return standing


@pytest.fixture
def plant():
    """A plant about to start."""
    return Plant()


@pytest.fixture
def running():
    """A plant in which both robots go."""
    return deepcopy(once_started())


@pytest.fixture
def build():
    """Makes plants that run, with other settings."""
    return started


@pytest.fixture
def new():
    """Makes plants about to start, with other settings."""
    return Plant
