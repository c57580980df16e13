"""A TCP relay in front of a server, which can be cut and mended: how a gateway sees a server that is away."""

import contextlib
import socket
import threading


class WireCutter:
    """Relays `port` to a server on 127.0.0.1 while it is not cut."""

    def __init__(self, port: int, server: tuple[str, int]) -> None:
        self.port, self._server = port, server
        self._listener: socket.socket | None = None
        self._open: list[socket.socket] = []

    def mend(self) -> "WireCutter":
        """Accept connections (again)."""
        self._listener = socket.create_server(("127.0.0.1", self.port), reuse_port=True)
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()
        return self

    def cut(self) -> None:
        """Refuse new connections and break the open ones."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        open_now, self._open = self._open, []
        for each in open_now:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._server)
                self._open += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
