"""What all routes share: who may come in, what is read, how errors look."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from cpms.accounts.models import ApiKey
from cpms.accounts.roles import Role
from cpms.core import clock
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db


def test_without_a_key_nothing_is_told(alpha: World) -> None:
    response = Api(None).get(f"stations/{alpha.station.public_id}")
    refused(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("key", ["nonsense", "abcdefgh.nonsense", "", "." * 500, "ÿ"])
def test_a_made_up_key_is_refused(alpha: World, key: str) -> None:
    refused(Client().get("/api/v1/stations", headers={"Authorization": f"Bearer {key}"}), 401)
    refused(Client().get("/api/v1/stations", headers={"X-API-Key": key}), 401)


def test_either_header_carries_the_key_and_a_query_string_does_not(alpha: World) -> None:
    key = alpha.key()
    assert Client().get("/api/v1/stations", headers={"X-API-Key": key}).status_code == 200
    assert Client().get("/api/v1/stations", headers={"Authorization": f"bearer {key}"}).status_code == 200
    refused(Client().get(f"/api/v1/stations?api_key={key}&key={key}"), 401)


def test_an_expired_key_opens_nothing(alpha: World) -> None:
    key = alpha.key()
    ApiKey.objects.update(expiry_date=clock.now() - timedelta(seconds=1))
    refused(Api(key).get("stations"), 401)


def test_a_session_writes_only_with_the_token_against_forged_requests(alpha: World) -> None:
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(alpha.owner)
    refused(forged.post("/api/v1/sites", {"name": "x"}, content_type="application/json"), 403)
    refused(forged.post("/api/v1/sites", '{"name": "x"}', content_type="text/plain"), 403)
    assert forged.get("/api/v1/sites").json()["results"] == []


def test_a_viewer_reads_and_does_not_write(alpha: World) -> None:
    viewer = Api(None)
    viewer.client.force_login(alpha.person(Role.VIEWER))
    assert viewer.get("stations").status_code == 200
    for method, path in [("post", "stations"), ("post", "sites"), ("post", "id-tags"), ("get", "events")]:
        refused(viewer.ask(method, path), 403)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("", 422),
        ('{"uid": "A", "uid": "B"}', 400),
        ('{"uid": NaN}', 400),
        ('{"uid": "A", "max_minutes": 1e999}', 400),
        ('{"uid": "A\\u0000"}', 400),
        ('{"uid": "A\\ud800"}', 400),
        ("[" * 100_000, 400),
        ('{"a":' * 33 + "1" + "}" * 33, 400),
        (b"\xff\xfe", 400),
        ('"text"', 422),
        ("null", 422),
        ("7" * 5000, 400),
    ],
)
def test_a_body_two_readers_could_understand_differently_is_refused(api: Api, body: str, status: int) -> None:
    refused(api.post("id-tags", body), status)


def test_a_body_of_six_megabytes_is_refused(api: Api) -> None:
    refused(api.post("id-tags", '{"uid": "' + "A" * 6_000_000 + '"}'), 413)


def test_only_json_is_read_and_written(api: Api) -> None:
    refused(api.post("id-tags", "<uid>A</uid>", content_type="application/xml"), 415)
    refused(api.post("id-tags", "uid=A", content_type="application/x-www-form-urlencoded"), 415)
    refused(api.get("stations", Accept="text/csv"), 406)
    refused(api.get("stations?format=xml"), 400, "format")


def test_a_method_that_does_not_exist_is_named(api: Api) -> None:
    response = api.ask("put", "stations", {})
    assert refused(response, 405)["title"] == "Method Not Allowed"
    assert "POST" in response["Allow"]


@pytest.mark.parametrize(
    "path", ["nothing", "stations/", "stations/x/y", "stations/%00", "stations/" + "a" * 500, ""]
)
def test_an_address_that_leads_nowhere_is_a_problem_too(api: Api, path: str) -> None:
    refused(api.get(path), 404)


def test_too_many_requests_are_told_when_to_come_back(api: Api, alpha: World, settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    answers = [api.get("me") for _ in range(4)]
    assert [a.status_code for a in answers[:3]] == [200] * 3
    refused(answers[3], 429)
    assert 0 < int(answers[3]["Retry-After"]) <= 61
    assert Api(alpha.key()).get("me").status_code == 200  # another key has its own count


def test_without_the_cache_requests_are_served_uncounted(api: Api, settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert api.get("me").status_code == 200


def test_a_database_that_is_away_is_503_and_a_defect_500_without_details(api: Api, monkeypatch) -> None:
    from cpms.api.v1.stations import sites

    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused: host=db password=hunter2")

    monkeypatch.setattr(sites, "site_create", away)
    assert "hunter2" not in refused(api.post("sites", {"name": "x"}), 503)["detail"]

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the secret is hunter2")

    monkeypatch.setattr(sites, "site_create", broken)
    assert "hunter2" not in str(refused(api.post("sites", {"name": "x"}), 500))


def test_what_breaks_before_the_view_is_a_problem_too(settings) -> None:
    settings.ALLOWED_HOSTS = ["cpms.example"]
    refused(Client().get("/api/v1/stations", headers={"Host": "evil.example"}), 400)
    page = Client().get("/accounts/login/", headers={"Host": "evil.example"})
    assert (page.status_code, page["Content-Type"].partition(";")[0]) == (400, "text/html")


def test_the_last_use_of_a_key_is_remembered(api: Api) -> None:
    assert ApiKey.objects.get().last_used_at is None
    api.get("me")
    assert ApiKey.objects.get().last_used_at is not None
