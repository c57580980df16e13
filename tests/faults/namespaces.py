"""A network of its own for a charger, so that packets between it and the gateway can really be lost.

Needs root and the kernel's network namespaces: `available` asks. Without them the proxy takes their place.
"""

import contextlib
import ctypes
import itertools
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Self

CLONE_NEWNET = 0x40000000
_numbers = itertools.count(1)
_libc = ctypes.CDLL(None, use_errno=True)


@cache
def available() -> bool:
    """Whether this machine lets us make namespaces and links between them."""
    try:
        with Namespace():
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


class Namespace:
    """`host` is the gateway's address on the link, `address` the charger's."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.name = f"cpms{os.getpid()}n{number}"
        net = f"10.{231 + os.getpid() % 20}.{number % 256}"
        self.host, self.address = f"{net}.1", f"{net}.2"
        self._near, self._far = f"cn{os.getpid() % 100000}a{number}", f"cn{os.getpid() % 100000}b{number}"

    def __enter__(self) -> Self:
        _ip("netns", "add", self.name)
        try:
            _ip("link", "add", self._near, "type", "veth", "peer", "name", self._far, "netns", self.name)
            _ip("address", "add", f"{self.host}/30", "dev", self._near)
            _ip("-n", self.name, "address", "add", f"{self.address}/30", "dev", self._far)
            _ip("link", "set", self._near, "up")
            self.link_up()
            with self.entered():
                pass
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("link", "delete", self._near)
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("netns", "delete", self.name)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets that this thread opens meanwhile belong to the namespace, also afterwards."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/var/run/netns/{self.name}", os.O_RDONLY)
        try:
            _setns(there)
            yield
        finally:
            _setns(home)
            os.close(home)
            os.close(there)

    def link_down(self) -> None:
        """No packet passes, either way."""
        _ip("-n", self.name, "link", "set", self._far, "down")

    def link_up(self) -> None:
        """They pass again."""
        _ip("-n", self.name, "link", "set", self._far, "up")

    def deafen(self) -> None:
        """What the gateway sends is lost; what the charger sends arrives."""
        _ip("route", "add", "blackhole", f"{self.address}/32")

    def undeafen(self) -> None:
        """What the gateway sends arrives again."""
        _ip("route", "delete", "blackhole", f"{self.address}/32")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _setns(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
