"""Counting what happens often, in Redis: a count that is lost does no harm."""

from . import bus


def count(name: str, keep_s: int) -> int:
    """How many times this was counted within `keep_s` seconds of its first time. Raises RedisError."""
    key = bus.key(name)
    with bus.client().pipeline(transaction=False) as pipeline:
        # Not EXPIRE with NX, which Redis has since version 7 only.
        pipeline.set(key, 0, ex=keep_s, nx=True)
        pipeline.incr(key)
        return int(pipeline.execute()[1])
