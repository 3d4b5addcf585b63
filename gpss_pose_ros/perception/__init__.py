"""Floor 2: persons and their keypoints in the pixels of one image."""
