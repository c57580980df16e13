"""Links of the running gateway, which serves transfers as the `files` process does in production."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from tests.gateway.conftest import db  # noqa: F401
from tests.gateway.process import Gateway, free_port

SMALL_LOG, SMALL_FIRMWARE = 200_000, 400_000


@pytest.fixture(scope="session")
def gateway_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that takes small files only, so that the limits can be reached."""
    limits = {"LOG_MAX_BYTES": str(SMALL_LOG), "FIRMWARE_MAX_BYTES": str(SMALL_FIRMWARE)}
    process = Gateway(free_port(), tmp_path_factory.mktemp("transfer"), limits)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def gateway(gateway_process: Gateway, db: None) -> Iterator[Gateway]:  # noqa: F811
    """The running gateway, which lives and logs no traceback; stations here only seem to be connected."""
    gateway_process.forget_log()
    yield gateway_process
    assert gateway_process.is_running, gateway_process.log()
    assert "Traceback" not in gateway_process.log(), gateway_process.log()


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Files:
    """A plain HTTP client for the transfer addresses."""

    port: int
    open: list[http.client.HTTPConnection] = field(default_factory=list)

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        self.open.append(connection)
        return connection

    def ask(self, method: str, address: str, body: object = None, tail: str = "", **headers: str) -> Answer:
        """One request to a link, whose host is replaced by the gateway's; `If_Range` becomes `If-Range`."""
        connection = self.connect()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        in_chunks = "Transfer-Encoding" in named
        path = urlsplit(address).path + tail
        connection.request(method, path, body, named, encode_chunked=in_chunks)  # type: ignore[arg-type]
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())


@pytest.fixture
def files(gateway: Gateway) -> Iterator[Files]:
    client = Files(gateway.port)
    yield client
    for connection in client.open:
        connection.close()
