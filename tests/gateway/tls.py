"""The gateway with TLS of its own, and chargers that connect over it."""

import shutil
import socket
import ssl
import subprocess
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

from cpms.ops import serve

from .process import START_S, Gateway, eventually, free_port

NGINX = shutil.which("nginx")
CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"


class TlsGateway(Gateway):
    """uvicorn behind its own TLS, as `serve gateway --tls-cert` starts it."""

    def use(self, files: tuple[Path, Path]) -> "TlsGateway":
        """Which certificate and key it shows."""
        self.files = files
        return self

    def start(self) -> "TlsGateway":
        """Start it and wait until it answers."""
        chain, key = self.files
        command = serve.tls_command(self.host, self.port, serve.Tls(str(chain), str(key)))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        eventually(self._answers, START_S)
        return self

    def wait_for_trust(self, fingerprint: str) -> None:
        """Wait until certificates of this authority get through TLS."""
        eventually(lambda: fingerprint in self.log())


class Proxy:
    """Debian's nginx with the configuration we ship, on other ports and paths."""

    def __init__(self, home: Path, files: tuple[Path, Path], gateway: Gateway, secret: str) -> None:
        self.port, self.home = free_port(), home
        shipped = CONFIG.read_text()
        secret_file = home / "proxy-secret.conf"
        secret_file.write_text(f'proxy_set_header X-Proxy-Secret "{secret}";\n')
        changes = {
            # First: the paths put in below lie under it, too.
            "/tmp/": f"{home}/",
            "listen [::]:8443 ssl;": "",
            "listen [::]:8080;": "",
            # Debian's is older than this directive.
            "http2 on;": "",
            "listen 8443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "listen 8080;": f"listen 127.0.0.1:{free_port()};",
            "/etc/nginx/certificates/fullchain.pem": str(files[0]),
            "/etc/nginx/certificates/privkey.pem": str(files[1]),
            "http://gateway:9000": f"http://127.0.0.1:{gateway.port}",
            "worker_rlimit_nofile 65536;": "",
            "worker_connections 32768;": "worker_connections 256;",
            "access_log /dev/stdout brief;": "access_log off;",
            "error_log /dev/stderr warn;": f"error_log {home}/error.log warn;",
        }
        for shipped_text, ours in changes.items():
            assert shipped_text in shipped, shipped_text
            shipped = shipped.replace(shipped_text, ours)
        self.config = home / "nginx.conf"
        self.config.write_text(shipped)

    def start(self) -> "Proxy":
        """Start it and wait until it answers."""
        assert NGINX is not None
        command = [NGINX, "-c", str(self.config), "-p", str(self.home), "-g", "daemon off;"]
        with (self.home / "stderr").open("wb") as errors:
            self._process = subprocess.Popen(command, stderr=errors)
        eventually(self._answers, 10)
        return self

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self.home / "stderr").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def dial(
    port: int,
    identity: str,
    context: ssl.SSLContext | None,
    headers: dict[str, str] | None = None,
    sockets: list[object] | None = None,
) -> ClientConnection:
    """Open a socket over TLS. Raises InvalidStatus, ssl.SSLError, OSError when it is refused."""
    scheme = "wss" if context is not None else "ws"
    opened = connect(
        f"{scheme}://localhost:{port}/ocpp/{identity}",
        sock=socket.create_connection(("127.0.0.1", port), 10),
        ssl=context,
        server_hostname="localhost" if context is not None else None,
        subprotocols=["ocpp1.6"],  # type: ignore[list-item]
        additional_headers=headers,
        compression=None,
        open_timeout=10,
        close_timeout=1,
        ping_interval=None,
    )
    if sockets is not None:
        sockets.append(opened)
    return opened
