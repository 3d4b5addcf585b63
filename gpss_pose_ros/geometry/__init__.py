"""Floor 1: camera models, transforms, the floor plane, triangulation and their uncertainty."""
