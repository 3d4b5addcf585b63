"""Declares a settings dataclass as ROS parameters and reads it back."""

import difflib
from typing import TypeVar

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException
from rclpy.node import Node

from gpss_pose_ros.errors import ConfigurationError, unknown_choice
from gpss_pose_ros.parameters import parameters_of, settings_from

Settings = TypeVar("Settings")


# What rclpy itself reads from a parameter file.
_ROS_PARAMETERS = ("use_sim_time", "start_type_description_service", "qos_overrides.")


def declare(node: Node, settings: type) -> None:
    """Declare every parameter of a settings dataclass, read-only: a change needs a restart.

    Raises:
        ConfigurationError: an override has the wrong type, or the name of no parameter.
    """
    declared = [parameter.name for parameter in parameters_of(settings)]
    _refuse_unknown(node, declared)
    for parameter in parameters_of(settings):
        descriptor = ParameterDescriptor(description=parameter.description, read_only=True)
        try:
            node.declare_parameter(parameter.name, parameter.default, descriptor)
        except InvalidParameterTypeException as error:
            raise ConfigurationError(f"{node.get_name()}: {error}") from error


def _refuse_unknown(node: Node, declared: list[str]) -> None:
    """Raise for a misspelt parameter, which ROS would ignore."""
    for name in node._parameter_overrides:  # rclpy offers no public way to see undeclared ones
        if name not in declared and not name.startswith(_ROS_PARAMETERS):
            likely = difflib.get_close_matches(name, declared, n=3) or declared
            raise ConfigurationError(
                f"{node.get_name()}: {unknown_choice('parameter', name, likely)}"
            )


def read(node: Node, settings: type[Settings]) -> Settings:
    """Return the settings as the parameters say now.

    Raises:
        ConfigurationError: a value is out of range.
    """
    values = {p.name: node.get_parameter(p.name).value for p in parameters_of(settings)}
    return settings_from(settings, values)
