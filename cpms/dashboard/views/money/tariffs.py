"""Tariffs: the list, one with its versions and where it holds, one version and what it changed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from billing.choices import TariffState
from billing.models import TariffFamily, TariffVersion
from billing.pricing.document import seconds_of
from billing.pricing.exact import loads
from billing.selectors.tariffs import tariff_families_for, tariff_versions_for
from billing.services.tariffs.canonical import indented
from billing.services.tariffs.following import version_follows, version_sentence
from billing.services.tariffs.overview import overview, validity, version_tariff, where_text, with_overview
from billing.services.tariffs.surroundings import surroundings_of
from billing.tariffs.differences import Difference, differences
from billing.tariffs.look import look
from billing.tariffs.reading import texts_of
from cpms.core import clock

from ... import listing
from ...access import OperatorRequest, page
from ...money import frame
from ...tariff_editor import (
    BEGINS,
    WAYS,
    begins_of,
    look_context,
    moment_of,
)


@page("billing.view", "money")
def tariffs(request: OperatorRequest) -> HttpResponse:
    """The list with what each tariff costs in one sentence; the search is in the address."""
    search = listing.text(request, "search")
    families = with_overview(tariff_families_for(request.viewer))
    shown = listing.paginate(request, families.filter(name__icontains=search) if search else families)
    now = clock.now()
    context = frame(request, "tariffs") | {
        "page": shown,
        "rows": [overview(family, now) for family in shown.object_list],
        "search": search,
    }
    return render(request, "dashboard/tariffs.html", context)


def tariff_or_404(request: OperatorRequest, public_id: str) -> TariffFamily:
    """The viewer's tariff with this public id. Raises Http404."""
    return get_object_or_404(with_overview(tariff_families_for(request.viewer)), public_id=public_id)


@page("billing.view", "money")
def tariff(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One tariff: what it costs, its versions, where and for whom it holds."""
    family = tariff_or_404(request, public_id)
    now = clock.now()
    found = overview(family, now)
    ends = validity(family.versions.all())
    context = frame(request, "tariffs") | {
        "tariff": family,
        "overview": found,
        "versions": [_version_row(version, found.current, ends) for version in family.versions.all()],
        "assignments": [
            {
                "assignment": one,
                "where": where_text(one),
                "is_over": one.is_over(now),
                "is_begun": one.valid_from <= now,
            }
            for one in family.assignments.all()
        ],
        "texts": texts_of(loads(found.shown.body)) if found.shown else {},
    }
    return render(request, "dashboard/tariff.html", context | _look(request, family, found.shown))


def _version_row(
    version: TariffVersion, current: TariffVersion | None, ends: dict[int, Any]
) -> dict[str, Any]:
    return {
        "version": version,
        "state": _state(version, current, ends),
        "until": ends.get(version.pk),
        "price": version_sentence(version, version_tariff(version)),
    }


def _state(version: TariffVersion, current: TariffVersion | None, ends: dict[int, Any]) -> TariffState:
    """How one version stands among those of its tariff."""
    if version.valid_from is None:
        return TariffState.DRAFT
    if version == current:
        return TariffState.PUBLISHED
    return TariffState.SCHEDULED if version.valid_from > clock.now() else TariffState.ENDED


def _look(request: OperatorRequest, family: TariffFamily, version: TariffVersion | None) -> dict[str, Any]:
    if version is None:
        return {}
    now, begins = clock.now(), begins_of(request)
    start = seconds_of(moment_of(begins, now))
    seen = look(loads(version.body), surroundings_of(family, now), start, request.organisation.time_zone)
    return look_context(seen) | {
        "begins": begins, "begins_words": BEGINS[begins], "begins_choices": BEGINS.items(), "ways": WAYS,
    }  # fmt: skip


@page("billing.view", "money")
def tariff_version(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One version: its words and document, and what it changes against another one (`?against=`)."""
    found = get_object_or_404(tariff_versions_for(request.viewer), public_id=public_id)
    others = list(found.family.versions.exclude(pk=found.pk))
    against = _against(listing.text(request, "against", 64), found, others)
    context = {
        "version": found,
        "tariff": found.family,
        "price": version_sentence(found, version_tariff(found)),
        "texts": texts_of(loads(found.body)),
        "document": indented(loads(found.body)),
        "others": others,
        "against": against,
        "differences": version_differences(against, found) if against else (),
    }
    return render(request, "dashboard/tariff_version.html", context)


def _against(asked: str, found: TariffVersion, others: list[TariffVersion]) -> TariffVersion | None:
    """The named version, else the one before, else the next one."""
    named = next((one for one in others if one.public_id == asked), None)
    earlier = [one for one in others if one.number < found.number]
    return named or max(earlier, key=lambda one: one.number, default=None)


def version_differences(old: TariffVersion, new: TariffVersion) -> tuple[Difference, ...]:
    """What the second version changes, in words."""
    texts = texts_of(loads(old.body)), texts_of(loads(new.body))
    market = version_follows(old), version_follows(new)
    return differences(version_tariff(old), version_tariff(new), *texts, market)
