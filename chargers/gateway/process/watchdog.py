"""Ends the process when its event loop stands still: whoever started it starts it anew.

The alarm is `faulthandler`'s thread, which needs no interpreter lock: also a pattern that never ends, or C code
that keeps the lock, is ended. The stacks of all threads go to stderr first: names and line numbers, no content.
A process that was suspended for longer than the patience ends when it wakes up. Its sockets have been given to
others by then.
"""

import asyncio
import faulthandler


async def watch(patience_s: float) -> None:
    """For ever: put the alarm off while the loop turns. 0 is no alarm."""
    if not patience_s:
        return
    try:
        while True:
            faulthandler.dump_traceback_later(patience_s, exit=True)
            await asyncio.sleep(patience_s / 4)
    finally:
        faulthandler.cancel_dump_traceback_later()
