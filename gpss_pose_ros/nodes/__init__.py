"""ROS 2 nodes: convert, call the core, publish. The only place that imports rclpy."""
