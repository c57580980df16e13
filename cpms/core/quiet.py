"""What need not fill the log: refusals that are answers, not defects."""

import logging

from django.core.exceptions import PermissionDenied


class OneLineForRefusals(logging.Filter):
    """A page that is not allowed (403) is one line of the log, not a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, PermissionDenied):
            record.exc_info = record.exc_text = None
        return True
