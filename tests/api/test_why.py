"""Explanations, cases, diagnoses and the audit trail in the API."""

from chargers.choices import RefusalReason
from chargers.models import Case
from chargers.services.stations.refusals import Attempt, refusals_store
from cpms.core import clock
from tests.chargers.reports import ago, report, started, stop
from tests.worlds import World

from .conftest import Api, refused


def orphan(world: World) -> Case:
    report(world.station, stop("4711", ago(minutes=1), 8500))
    return Case.objects.get()


def test_a_transaction_is_explained(api: Api, alpha: World) -> None:
    row = started(alpha)
    told = api.get(f"transactions/{row.public_id}/explanation").json()
    assert told["summary"].startswith(f"Started by card {alpha.tag.uid} at connector 1, still running")
    assert [entry["kind"] for entry in told["entries"]].count("message") == 1


def test_a_case_is_read_and_accepted_once(api: Api, alpha: World) -> None:
    row = started(alpha)
    case = orphan(alpha)
    told = api.get("cases?state=open").json()["results"][0]
    assert (told["id"], told["kind"], told["station"]) == (
        case.public_id,
        "orphan_stop",
        alpha.station.public_id,
    )
    place = [fix["fix"] for fix in told["fixes"]].index("attach")
    assert told["fixes"][place]["figures"]["target"] == row.public_id
    done = api.post(f"cases/{case.public_id}/accept", {"option": place, "reason": "driver called"}).json()
    assert (done["state"], done["fix"], done["changes"]["after"]["energy_wh"]) == ("accepted", "attach", 7500)
    refused(api.post(f"cases/{case.public_id}/accept"), 409)


def test_a_fix_that_is_not_there_is_named(api: Api, alpha: World) -> None:
    case = orphan(alpha)
    refused(api.post(f"cases/{case.public_id}/accept", {"option": 9}), 422, "option")
    refused(api.post(f"cases/{case.public_id}/dismiss", {}), 422, "reason")
    assert Case.objects.get().is_open


def test_a_case_is_dismissed_with_a_reason(api: Api, alpha: World) -> None:
    case = orphan(alpha)
    assert api.post(f"cases/{case.public_id}/dismiss", {"reason": "a test"}).json()["state"] == "dismissed"


def test_cases_need_their_permissions(alpha: World) -> None:
    case = orphan(alpha)
    reader = Api(alpha.key("transactions.view"))
    assert reader.get(f"cases/{case.public_id}").status_code == 200
    refused(reader.post(f"cases/{case.public_id}/accept"), 403)
    refused(Api(alpha.key("stations.view")).get("cases"), 403)


def test_a_case_hides_its_card_from_those_who_may_not_see_cards(alpha: World) -> None:
    from chargers.domain import Token

    report(alpha.station, stop("4711", ago(minutes=1), 8500, token=Token(alpha.tag.uid)))
    text = Api(alpha.key("transactions.view")).get("cases").content.decode()
    assert "ALPH" not in text.replace(alpha.station.identity, "")
    assert alpha.tag.uid in Api(alpha.key()).get("cases").content.decode()


def test_cases_of_others_are_not_there(api: Api, alpha: World, beta: World) -> None:
    case = orphan(beta)
    refused(api.get(f"cases/{case.public_id}"), 404)
    assert api.get("cases").json()["results"] == []


def test_a_station_is_diagnosed(api: Api, alpha: World) -> None:
    attempt = Attempt(
        alpha.station.identity, "1.2.3.4", RefusalReason.NO_PASSWORD, "", "ocpp1.6", "x", clock.now()
    )
    refusals_store([attempt])
    told = api.get(f"stations/{alpha.station.identity}/diagnosis").json()
    assert told["refusals"][0]["reason"] == "no_password"
    assert "Address" in [finding["topic"] for finding in told["findings"]]


def test_the_audit_trail_is_read_with_its_permission_only(api: Api, alpha: World, beta: World) -> None:
    _ = alpha.station, beta.station
    rows = api.get("audit?action=station.registered").json()["results"]
    assert [row["subject"] for row in rows] == [alpha.station.public_id]
    assert api.get("audit?action=station").json()["results"] == rows
    refused(Api(alpha.key("stations.view")).get("audit"), 403)
