"""The driver pages as an app: what a phone is told, and what it keeps."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from .driver import Motorist
from .guest import Guest

pytestmark = pytest.mark.django_db


def test_every_page_names_the_manifest_and_the_manifest_names_icons_that_exist(guest: Guest) -> None:
    assert 'rel="manifest" href="/drive/app.webmanifest"' in guest.open().page
    answer = Client().get("/drive/app.webmanifest")
    told = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (told["display"], told["scope"]) == ("standalone", "/")
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in told["icons"]}
    assert any(icon.get("purpose") == "maskable" for icon in told["icons"])
    for icon in told["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/")), icon["src"]


def test_the_worker_keeps_only_what_names_nobody(motorist: Motorist) -> None:
    """Seen failing with the account page among what is kept."""
    script = motorist.client.get("/drive/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    kept = re.findall(r'"([^"]+)"', script.content.decode().partition("KEEP = [")[2].partition("]")[0])
    kept = [path.encode().decode("unicode_escape") for path in kept]
    assert kept[0] == "/drive/offline"
    assert all(path == "/drive/offline" or path.startswith("/static/css/") for path in kept)
    assert motorist.email not in motorist.client.get("/drive/offline").content.decode()
