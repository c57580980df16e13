"""The gateway with TLS of its own: uvicorn as `cpms.ops.serve` starts it, with a certificate that can be exchanged.

`python -m cpms.ops.tls_gateway --cert chain.pem --key key.pem --host 0.0.0.0 --port 9000 ...`. SIGHUP, or a change of
the files, has the certificate read again; no socket is closed (F47).
"""

import argparse
import asyncio
import contextlib
import signal
import time
from pathlib import Path

import django
import uvicorn
from cryptography import x509
from django.db import DatabaseError, connection

from chargers.gateway.admission.tls import ServerTls

from .serve import HTTP

LOOK_EVERY_S = 1.0
TELL_EVERY_S = 60.0


def parser() -> argparse.ArgumentParser:
    """The options; limits are given by `cpms.ops.serve`."""
    made = argparse.ArgumentParser(prog="python -m cpms.ops.tls_gateway")
    for name in ("--application", "--host", "--ws", "--cert", "--key"):
        made.add_argument(name, required=True)
    for name in ("--port", "--ws-max-size", "--backlog", "--grace"):
        made.add_argument(name, type=int, required=True)
    made.add_argument("--client-ca")
    return made


def configured(options: argparse.Namespace, tls: ServerTls) -> uvicorn.Config:
    """uvicorn's configuration: the same as without TLS, and no proxy is believed."""
    return uvicorn.Config(
        options.application,
        host=options.host,
        port=options.port,
        loop="uvloop",
        http=HTTP,
        ws=options.ws,
        ws_per_message_deflate=False,
        ws_max_size=options.ws_max_size,
        backlog=options.backlog,
        timeout_graceful_shutdown=options.grace,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ssl_context_factory=lambda config, default: tls.context,
    )


async def serve(config: uvicorn.Config, tls: ServerTls) -> None:
    """Serve until told to stop, looking after the certificate meanwhile."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, tls.reload)
    watcher = asyncio.create_task(_watch(tls))
    try:
        await uvicorn.Server(config).serve()
    finally:
        watcher.cancel()


async def _watch(tls: ServerTls) -> None:
    """For ever: take over changed files, and authorities that organisations made since; tell what is shown."""
    told, again_at = None, 0.0
    while True:
        tls.reload_if_changed()
        now, shown = time.monotonic(), tls.shown
        with contextlib.suppress(DatabaseError):
            tls.trust(await asyncio.to_thread(_authorities))
            if shown != told or now >= again_at:
                await asyncio.to_thread(_tell, shown, told)
                told, again_at = shown, now + TELL_EVERY_S
        await asyncio.sleep(LOOK_EVERY_S)


def _tell(shown: x509.Certificate, before: x509.Certificate | None) -> None:
    from chargers.services.security.server_certificates import certificate_shown

    try:
        certificate_shown(shown, before)
    finally:
        connection.close()


def _authorities() -> list[str]:
    from chargers.models import CertificateAuthority

    try:
        return list(CertificateAuthority.objects.values_list("certificate", flat=True))
    finally:
        connection.close()


def main() -> None:
    options = parser().parse_args()
    django.setup()
    tls = ServerTls(
        Path(options.cert), Path(options.key), Path(options.client_ca) if options.client_ca else None
    )
    config = configured(options, tls)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve(config, tls))


if __name__ == "__main__":
    main()
