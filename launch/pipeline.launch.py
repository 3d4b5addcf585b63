"""Live cameras, or recorded footage, to /gpss/persons.

ros2 launch gpss_pose_ros pipeline.launch.py --show-args    lists the arguments
"""

import os
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from gpss_pose_ros.bringup import (
    ARGUMENTS,
    PACKAGE,
    NodeSpec,
    describe_environment,
    describe_graph,
    with_defaults,
)


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments, then start the nodes that they ask for."""
    arguments = [
        DeclareLaunchArgument(
            argument.name,
            default_value=argument.default,
            description=argument.description,
            choices=list(argument.choices) or None,
        )
        for argument in ARGUMENTS
    ]
    return LaunchDescription([*arguments, OpaqueFunction(function=start_nodes)])


def start_nodes(context: LaunchContext) -> list[Node]:
    """Return the nodes for the arguments' values."""
    given = {a.name: LaunchConfiguration(a.name).perform(context) for a in ARGUMENTS}
    values = with_defaults(given)
    share = Path(get_package_share_directory(PACKAGE))
    environment = describe_environment(values, share, os.environ)
    return [launch_node(spec, environment) for spec in describe_graph(values, share)]


def launch_node(spec: NodeSpec, environment: dict[str, str]) -> Node:
    """Return the launch action of one node."""
    return Node(
        package=spec.package,
        executable=spec.executable,
        name=spec.name,
        parameters=[*map(str, spec.parameter_files), dict(spec.parameters)],
        arguments=list(spec.arguments),
        additional_env=environment,
        output="screen",
    )
