"""Requests that can be read in two ways, sent to the proxy we ship (bad-input row B67)."""

import contextlib
import socket
import ssl

import pytest

from chargers import pki
from tests import pki as make
from tests.hostility.test_handshakes import HIDDEN, SMUGGLED

from .process import Gateway
from .test_profiles import (
    behind,
    behind_process,
    home,
    needs_nginx,
    proxy_process,
    server_files,
    server_root,
)
from .tls import Proxy

__all__ = ["behind", "behind_process", "home", "proxy_process", "server_files", "server_root"]


def _answers(proxy: Proxy, context: ssl.SSLContext, text: str) -> bytes:
    """Everything that comes back on one connection."""
    received = b""
    with (
        socket.create_connection(("127.0.0.1", proxy.port), 5) as wire,
        context.wrap_socket(wire, server_hostname="localhost") as secure,
    ):
        secure.sendall(text.encode())
        with contextlib.suppress(OSError):
            while chunk := secure.recv(4096):
                received += chunk
    return received


@needs_nginx
@pytest.mark.parametrize("text", SMUGGLED)
def test_b67_the_proxy_refuses_what_can_be_read_in_two_ways(
    behind: Gateway, proxy_process: Proxy, server_root: pki.Authority, text: str
) -> None:
    """One 400 for the whole connection; neither the request nor what hides behind it is passed on."""
    context = make.client_context(server_root.pem)
    received = _answers(proxy_process, context, text.format("CP-1") + HIDDEN)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1
    assert "SMUGGLED" not in behind.log()
