"""Declares a settings dataclass as ROS parameters and reads it back."""

from typing import TypeVar

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException
from rclpy.node import Node

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.parameters import parameters_of, settings_from

Settings = TypeVar("Settings")


def declare(node: Node, settings: type) -> None:
    """Declare every parameter of a settings dataclass; they are fixed once the node runs.

    Raises:
        ConfigurationError: an override has the wrong type.
    """
    for parameter in parameters_of(settings):
        descriptor = ParameterDescriptor(description=parameter.description)
        try:
            node.declare_parameter(parameter.name, parameter.default, descriptor)
        except InvalidParameterTypeException as error:
            raise ConfigurationError(f"{node.get_name()}: {error}") from error


def read(node: Node, settings: type[Settings]) -> Settings:
    """Return the settings as the parameters say now.

    Raises:
        ConfigurationError: a value is out of range.
    """
    values = {p.name: node.get_parameter(p.name).value for p in parameters_of(settings)}
    return settings_from(settings, values)
