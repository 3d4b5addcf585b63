"""What the front door's commands do, one a file."""
