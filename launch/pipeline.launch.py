"""Live cameras, or recorded footage, to /gpss/persons.

ros2 launch gpss_pose_ros pipeline.launch.py --show-args    lists the arguments
"""

import os
from typing import Any

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, Shutdown
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from gpss_pose_ros.arguments import ARGUMENTS, with_defaults
from gpss_pose_ros.bringup import NodeSpec, describe_environment, describe_graph
from gpss_pose_ros.nodes.homes import prefixes_of, share_directory


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
    share = share_directory()
    environment = describe_environment(values, share, os.environ)
    specs = describe_graph(values, share)
    prefixes_of(specs)  # a package that is not installed is named before any node starts
    return [launch_node(spec, environment) for spec in specs]


def launch_node(spec: NodeSpec, environment: dict[str, str]) -> Node:
    """Return the launch action of one node; the graph ends with an essential one."""
    return Node(
        package=spec.package,
        executable=spec.executable,
        name=spec.name,
        parameters=[
            *map(str, spec.parameter_files),
            {name: as_is(value) for name, value in spec.parameters},
        ],
        arguments=list(spec.arguments),
        additional_env=environment,
        output="screen",
        prefix=f"nice -n {spec.niceness}" if spec.niceness else None,
        on_exit=Shutdown(reason=f"{spec.name} ended") if spec.essential else None,
    )


def as_is(value: Any) -> ParameterValue:
    """Keep a parameter's type: launch_ros would read a text such as 2026 or `on` as YAML."""
    return ParameterValue(value, value_type=list[str] if isinstance(value, list) else type(value))
