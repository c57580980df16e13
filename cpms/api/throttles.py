"""How often a caller may ask: a fixed window in Redis, counted per key, person or address."""

import logging
import time
from typing import Any

from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from cpms.core import counters

from .auth import viewer_of

logger = logging.getLogger(__name__)
WINDOW_S = 60


class PerCaller(BaseThrottle):
    """At most `API_REQUESTS_PER_MINUTE` requests a minute. Without Redis nobody is held up."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; whether it may go on."""
        window = int(time.time() // WINDOW_S)
        try:
            asked = counters.count(f"api:rate:{self._caller(request)}:{window}", 2 * WINDOW_S)
        except (RedisError, OSError) as error:
            logger.warning("requests are not counted: %s", type(error).__name__)
            return True
        return asked <= settings.API_REQUESTS_PER_MINUTE

    def wait(self) -> float:
        """Seconds until the next window opens."""
        return WINDOW_S - time.time() % WINDOW_S

    def _caller(self, request: Request) -> str:
        key: Any = request.auth
        if key is not None:
            return f"key:{key.prefix}"
        user_id = viewer_of(request).actor.user_id
        return f"user:{user_id}" if user_id else f"address:{self.get_ident(request)}"
