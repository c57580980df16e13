"""Two organisations and clients that speak for them."""

from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from tests.worlds import World


class Api:
    """A caller of `/api/v1/` with one key; `status` and problem details are checked where they matter."""

    def __init__(self, key: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send a request; a body is sent as JSON unless it is text."""
        url = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        kind = headers.pop("content_type", "application/json")
        all_headers = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        extra = {} if body is None else {"data": body, "content_type": kind}
        return getattr(self.client, method)(url, headers=all_headers, **extra)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("get", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("post", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.ask("patch", path, body, **headers)

    def delete(self, path: str) -> HttpResponse:
        return self.ask("delete", path)


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def alpha(db: None) -> World:
    return World("ALPHA")


@pytest.fixture
def beta(db: None) -> World:
    return World("BETA")


@pytest.fixture
def api(alpha: World) -> Api:
    """Alpha's key with every scope."""
    return Api(alpha.key())


def refused(response: HttpResponse, status: int, field: str | None = None) -> dict[str, Any]:
    """Check that this is a problem with this status that names the field; the problem."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    if field is not None:
        assert field in [e["field"] for e in problem.get("errors", [])], problem
    return problem
