"""Filters for ROS messages: the part of ROS 2 Jazzy's `message_filters` that this project uses."""

from message_filters.simple_filter import SimpleFilter
from message_filters.subscriber import Subscriber
from message_filters.time_synchronizer import ApproximateTimeSynchronizer, TimeSynchronizer

__all__ = ["ApproximateTimeSynchronizer", "SimpleFilter", "Subscriber", "TimeSynchronizer"]
