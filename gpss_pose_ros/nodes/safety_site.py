"""The site's file: read once, and watched, because a change on disk changes nothing here."""

from pathlib import Path

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.fingerprint import configuration_hash
from gpss_pose_ros.safety.monitor import Monitor
from gpss_pose_ros.safety.site_file import read_site


class SiteFile:
    """A file of zones.

    Attributes:
        site: what it said at the start.
        hash: of its content then.
    """

    def __init__(self, path: Path) -> None:
        """Read it.

        Raises:
            ConfigurationError: it is missing, unreadable, or says what cannot be.
        """
        self._path = path
        self.hash = self._hash_now()  # first: a change while it is read shows at the next look
        self.site = read_site(path)

    def check(self, monitor: Monitor) -> None:
        """Tell the monitor whether the file is still what it was."""
        try:
            changed = self._hash_now() != self.hash
            detail = "changed on disk, and is not in use: restart safety, or undo the change"
        except ConfigurationError as error:
            changed, detail = True, str(error)
        if changed:
            monitor.fault(Cause.CONFIGURATION_CHANGED, self._path.name, detail)
        else:
            monitor.no_fault(Cause.CONFIGURATION_CHANGED, self._path.name)

    def _hash_now(self) -> str:
        try:
            return configuration_hash(self._path.read_bytes())
        except OSError as error:
            raise ConfigurationError(f"{self._path}: cannot be read: {error}") from error
