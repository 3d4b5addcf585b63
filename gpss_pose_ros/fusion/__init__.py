"""From what each camera sees to persons on the floor, and to tracks over time."""
