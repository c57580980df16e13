"""How often one address may open payments: enough for a family, too little for trying stolen cards."""

from django.core.cache import cache
from django.http import HttpRequest

MOST = 10
WINDOW_S = 600


def is_too_fast(request: HttpRequest, what: str) -> bool:
    """Count one more try of this address; whether it was one too many within ten minutes."""
    name = f"portal:{what}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(name, 0, WINDOW_S)
    try:
        return int(cache.incr(name)) > MOST
    except ValueError:  # it ran out between the two
        return False
