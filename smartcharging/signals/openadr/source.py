"""A client (VEN) of OpenADR 2.0b: registers, polls, and answers events once they are kept."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from ..driver import Plan, SignalError, Take
from .events import signal_of
from .settings import Settings

logger = logging.getLogger(__name__)
FOLLOWED: Final = "optIn"
DECLINED: Final = "optOut"
REGISTERS_WITHIN_S: Final = 60.0


async def listen(plan: Plan, take: Take) -> None:
    """Receive events until cancelled. Raises SignalError: no server, one that does not register us, no library."""
    client = _client(plan)
    broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    for kind in ("on_event", "on_update_event"):
        client.add_handler(kind, _answering(plan, take, broken))
    try:
        await asyncio.wait_for(client.run(), REGISTERS_WITHIN_S)
        if not client.registration_id:
            raise SignalError(f"{plan.name}: the server does not register us")
        await broken
    except (TimeoutError, OSError, TypeError, ValueError, KeyError) as error:
        # The library meets an answer it does not expect with whatever breaks first.
        raise SignalError(f"{plan.name}: no registration ({type(error).__name__})") from error
    finally:
        await _stop(client)


def _answering(
    plan: Plan, take: Take, broken: "asyncio.Future[None]"
) -> Callable[[dict[str, Any]], Awaitable[str]]:
    async def answer(event: dict[str, Any]) -> str:
        try:
            return await answered(event, plan.settings, take)
        except Exception as error:
            # The library would give the same answer for ever: a new registration brings the event again.
            if not broken.done():
                broken.set_exception(SignalError(f"{plan.name}: not kept ({type(error).__name__})"))
            return DECLINED

    return answer


async def answered(event: dict[str, Any], settings: Settings, take: Take) -> str:
    """What the server is told: followed only if the limits are kept."""
    try:
        signal = signal_of(event, settings.levels)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        logger.warning("an OpenADR event cannot be read: %s", type(error).__name__)
        return DECLINED
    if signal is None or str(event["event_descriptor"].get("test_event") or "false").lower() != "false":
        return FOLLOWED if signal is not None else DECLINED
    return FOLLOWED if await take(signal) else DECLINED


def _client(plan: Plan) -> Any:
    """The library is an extra: without it nothing else is missing."""
    try:
        from openleadr import OpenADRClient
    except ImportError:
        raise SignalError("OpenADR needs the extra `openadr` (pip install 'cpms[openadr]')") from None
    # It tells of every poll, and sets its own level when it is imported.
    logging.getLogger("openleadr").setLevel(logging.WARNING)
    own: Settings = plan.settings
    secured = {"cert": own.certificate, "key": own.key, "ca_file": own.authority} if own.certificate else {}
    return OpenADRClient(
        ven_name=own.ven, vtn_url=plan.address, vtn_fingerprint=own.fingerprint or None, show_fingerprint=False,
        allow_jitter=False, **secured,
    )  # fmt: skip


async def _stop(client: Any) -> None:
    if client.client_session is not None and not client.client_session.closed:
        await client.stop()
