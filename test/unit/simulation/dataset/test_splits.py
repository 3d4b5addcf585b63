import itertools

import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.simulation.dataset.splits import bodies_of, world_number

SPLITS = ("train", "val", "test")


@pytest.mark.parametrize("count", [8, 24, 31])
def test_every_body_is_in_exactly_one_split(count):
    parts = [bodies_of(split, range(count)) for split in SPLITS]
    assert all(parts)
    assert sorted(itertools.chain(*parts)) == list(range(count))
    assert len(parts[0]) > count / 2


def test_no_world_is_in_two_splits():
    worlds = [{world_number(split, i, 30) for i in range(1000)} for split in SPLITS]
    assert not any(a & b for a, b in itertools.combinations(worlds, 2))
    assert len(worlds[0]) == 34


def test_refusals():
    with pytest.raises(ConfigurationError, match="at least 8 bodies"):
        bodies_of("train", range(7))
    with pytest.raises(ConfigurationError, match=r"unknown split 'dev'; valid: train, val, test"):
        bodies_of("dev", range(24))
