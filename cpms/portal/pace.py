"""How often one address may open payments: enough for a family, too little for trying stolen cards."""

import logging

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
MOST = 10
WINDOW_S = 600


def is_too_fast(request: HttpRequest, what: str) -> bool:
    """Count one more try of this address; whether it was one too many within ten minutes.

    With Redis away nobody is counted: that drivers can charge matters more.
    """
    name = f"portal:{what}:{request.META.get('REMOTE_ADDR', '')}"
    try:
        cache.add(name, 0, WINDOW_S)
        return int(cache.incr(name)) > MOST
    except ValueError:  # it ran out between the two
        return False
    except RedisError as error:
        logger.warning("payments are not counted: %s", type(error).__name__)
        return False
