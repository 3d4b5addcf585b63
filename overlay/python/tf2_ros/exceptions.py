"""Why a transform cannot be had."""


class TransformException(Exception):  # noqa: N818
    """Base of all errors of a transform buffer."""


class ConnectivityException(TransformException):
    """The two frames are known but belong to different trees."""


class LookupException(TransformException):
    """A frame is not known, or the frames form a loop."""


class ExtrapolationException(TransformException):
    """The tree connects the frames, but not at the time asked for."""


class InvalidArgumentException(TransformException):
    """A frame name is empty or starts with a slash."""


class TimeoutException(TransformException):
    """Declared for those who catch it; a lookup that ran out of time raises the reason instead."""
