"""gpss bench fusion: what association, fusion and tracking of one image set cost."""

import argparse
import itertools

from tqdm import tqdm

from gpss_pose_ros.evaluation.crowd_cost import (
    CAMERAS,
    GOAL,
    PEOPLE,
    Cost,
    cost_figures,
    cost_table,
    fusion_cost,
)
from gpss_pose_ros.reporting import Report

SUMMARY = "time of association, fusion and tracking by cameras and people, without networks"

_GOAL_SETS = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--sets", type=int, default=5, help="to measure in each hall (default: %(default)s)"
    )


def measure(options: argparse.Namespace) -> Report:
    """Measure halls of every size, print the table, return the figures."""
    halls = sorted(itertools.product(CAMERAS, PEOPLE), key=lambda hall: hall[0] * hall[1])
    costs: list[Cost] = []
    with tqdm(total=sum(c * p for c, p in halls), unit="camera x person") as bar:
        for cameras, people in halls:
            sets = _GOAL_SETS if (cameras, people) == GOAL else options.sets
            costs.append(fusion_cost(cameras, people, sets))
            bar.update(cameras * people)
    print(
        "processor time from floor observations to tracks; 10 m2 of floor a person, cameras on a"
        " grid 5 to 6 m high\n"
    )
    print("\n".join(cost_table(costs)) + "\n")
    return Report("bench fusion", cost_figures(costs))
