"""The description of the API: valid, complete, and browsable without a foreign origin."""

import io
import re

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from cpms.api.v1 import urls
from cpms.api.views import Nowhere


@pytest.fixture
def schema() -> dict:
    return Client().get("/api/v1/schema").json()


def test_the_schema_is_valid_and_raises_no_warning() -> None:
    out = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    assert yaml.safe_load(out.getvalue())["openapi"].startswith("3.1")


def test_every_route_is_described_with_its_errors_and_keys(schema: dict) -> None:
    described = set(schema["paths"])
    routes = {
        "/api/v1/" + re.sub(r"<str:(\w+)>", r"{\1}", str(p.pattern))
        for p in urls.urlpatterns
        if getattr(p.callback, "cls", None) is not Nowhere
    }
    assert routes - described == {"/api/v1/schema", "/api/v1/docs"}
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            assert {"401", "403", "429", "500"} <= set(operation["responses"]), path
            assert {"bearerKey": []} in operation["security"]


def test_every_error_is_a_problem(schema: dict) -> None:
    for code, answer in schema["components"]["responses"].items():
        assert list(answer["content"]) == ["application/problem+json"], code
    used = {tag for operations in schema["paths"].values() for o in operations.values() for tag in o["tags"]}
    assert used == {tag["name"] for tag in schema["tags"]}


def test_every_view_names_the_permission_of_every_method() -> None:
    for pattern in urls.urlpatterns:
        view = getattr(pattern.callback, "cls", None)
        if view is None or "HasScope" not in [p.__name__ for p in view.permission_classes]:
            continue
        methods = {m.upper() for m in view.http_method_names if hasattr(view, m)} - {"OPTIONS", "HEAD"}
        assert methods == set(view.scopes), view


def test_the_docs_ask_for_nothing_from_elsewhere() -> None:
    response = Client().get("/api/v1/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert "://" not in re.sub(r"<!--.*?-->", "", page)
    assert "<script>" not in page
    policy = response["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy


def test_the_resolver_knows_the_api() -> None:
    assert get_resolver().resolve("/api/v1/stations").url_name == "stations"
