"""The error of every conversion."""


class CvBridgeError(TypeError):
    """The image cannot be converted."""
