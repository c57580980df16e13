"""What drivers see where there is no page: words for drivers, in their language, and a way on."""

import pytest
from django.test import Client

from chargers.models import Evse
from chargers.stickers import code_of

from .guest import Guest

WAY_ON = 'href="/drive/"'
# What an operator reads there, and no driver understands.
OFFICE = ("organisation", "overview", "administrator", "role")


def is_for_drivers(page: str) -> bool:
    return WAY_ON in page and not any(word in page for word in OFFICE)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/c/R-WRONG000", "/v/no-such-visit", "/my/nothing", "/drive/nothing"])
def test_an_address_that_is_wrong_or_too_old_leads_to_the_field_for_the_code(path: str) -> None:
    """Seen failing with the page of operators: whoever mistyped a sticker was told to change the organisation."""
    answer = Client().get(path, headers={"Accept-Language": "de"})
    page = answer.content.decode()
    assert (answer.status_code, "Hier ist nichts" in page, is_for_drivers(page)) == (404, True, True)


@pytest.mark.django_db
def test_a_form_that_was_open_too_long_is_told_to_a_driver_in_his_language(guest: Guest) -> None:
    """Seen failing with Django's own choice, the page of operators in English."""
    answer = Client(enforce_csrf_checks=True).post(
        guest.sticker, {"email": "ada@example.com"}, headers={"Accept-Language": "nl"}
    )
    page = answer.content.decode()
    assert (answer.status_code, is_for_drivers(page)) == (403, True)
    assert "Deze pagina stond te lang open" in page


@pytest.mark.django_db
@pytest.mark.parametrize("phone", [Client(), Client(enforce_csrf_checks=True)])
def test_somebody_who_charges_is_led_back_to_his_session(guest: Guest, phone: Client) -> None:
    """Seen failing with the field for the code: the link of a running session was lost to him."""
    visit = guest.tap(guest.sticker, email="ada@example.com").at
    answer = phone.post(f"{visit}/stop") if phone.handler.enforce_csrf_checks else phone.get(f"{visit}/stop")
    assert answer.status_code in (403, 405)
    assert f'href="{visit}"' in answer.content.decode()


@pytest.mark.django_db
def test_the_address_of_a_button_says_so_to_a_driver(guest: Guest) -> None:
    """Seen failing with the page of operators."""
    answer = Client().get("/drive/language", headers={"Accept-Language": "fr"})
    page = answer.content.decode()
    assert (answer.status_code, answer["Allow"], is_for_drivers(page)) == (405, "POST", True)
    assert "Cette adresse n’est pas une page" in page


def test_a_mistake_of_ours_is_told_to_a_driver_without_asking_the_database() -> None:
    """Seen failing with the page of operators. No test without its mark has a database: here it is what is away."""
    phone = Client(raise_request_exception=False, headers={"Accept-Language": "es"})
    answer = phone.get(f"/c/{code_of(Evse(pk=1))}")
    page = answer.content.decode()
    assert (answer.status_code, is_for_drivers(page)) == (500, True)
    assert "Algo ha fallado aquí" in page
    assert '<html lang="es"' in page


@pytest.mark.django_db
def test_operators_and_programs_keep_their_own() -> None:
    office, program = Client(), Client()
    assert "Go to the overview" in office.get("/nothing/").content.decode()
    assert program.get("/api/v1/nothing").status_code in (401, 404)
    assert "Go to the overview" in Client(enforce_csrf_checks=True).post("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_nobody_is_led_to_a_session_whose_link_we_did_not_sign() -> None:
    """Seen failing when whatever stood in the address came back as a link."""
    page = Client().get("/v/CP-1/leave").content.decode()
    assert is_for_drivers(page)
    assert 'href="/v/CP-1"' not in page
