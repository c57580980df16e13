"""How many sockets a process can hold: each is a file, and some files are kept for the database and the rest."""

import logging
import resource

from cpms.core import condition

logger = logging.getLogger(__name__)
# The database, Redis, log files, and connections that are about to be refused.
RESERVED_FILES = 64
ALARM_EVERY_S = 60.0


def raise_file_limit() -> None:
    """Take as many files as the machine lets us have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Capacity:
    """Says when new sockets must be refused so that the open ones are served."""

    def __init__(self) -> None:
        self._told_at: float | None = None

    def is_reached(self, sockets: int, now: float) -> bool:
        """Whether `sockets` are as many as fit; tells the readiness check, and once a minute the log."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files == resource.RLIM_INFINITY or sockets < files - RESERVED_FILES:
            condition.recovered("sockets")
            return False
        condition.trouble("sockets", "as many as files can be open")
        if self._told_at is None or now - self._told_at >= ALARM_EVERY_S:
            self._told_at = now
            logger.error("%d sockets are as many as the limit of %d open files allows", sockets, files)
        return True
