"""What the front door tells the user when it cannot go on."""


class Problem(Exception):  # noqa: N818 - it is reported as "problem", not as a traceback
    """Something is missing or broken on this machine; the message names it and the fix."""

    def __init__(self, what: str, fix: str):
        super().__init__(f"{what}\n  fix: {fix}")
