"""Drafts of tariffs: made and changed in the plain form or as the OCPI document, with a look while typing."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.models import TariffFamily, TariffVersion
from billing.pricing.exact import loads
from billing.selectors.tariffs import tariff_families_for
from billing.services.tariffs import versions as service
from billing.services.tariffs.canonical import indented
from billing.services.tariffs.following import Follows, follows_of

from ... import tariff_editor
from ...access import OperatorRequest, page
from ...forms.saving import refuse, submitted
from ...forms.tariff_acts import DocumentForm, NameForm
from ...forms.tariff_market import MarketForm
from ...money import usual_currency
from ...tariff_editor import (
    BEGINS,
    Editor,
    hold_minor,
    hold_text,
    is_order,
    market_form,
    plain_source,
    sent_data,
    source_of,
)
from .tariffs import tariff_or_404


@page("billing.edit", "money")
def tariff_new(request: OperatorRequest) -> HttpResponse:
    """A new tariff with its first draft."""
    data = sent_data(request)
    found = tariff_editor.editor(data, None, currency=usual_currency(request.organisation))
    name, market = NameForm(data), market_form(request, None)
    family = _begun(request, name, found, market) if is_order(request) else None
    if family:
        messages.success(request, "Draft saved. Nobody pays this price before it is published and assigned.")
        return redirect("dashboard:tariff", family.public_id)
    return _form(request, found, market, None, name)


def _begun(
    request: OperatorRequest, name: NameForm, found: Editor, market: MarketForm
) -> TariffFamily | None:
    body = found.body()
    if not (market.is_valid() and name.is_valid()) or body is None:
        return None
    try:
        hold = hold_minor(found.form, found.form.cleaned_data["currency"])
        title = name.cleaned_data["name"]
        actor = request.viewer.actor
        return service.tariff_begin(request.organisation, title, body, actor, hold, market.follows())
    except ValidationError as error:
        _refused(error, name, found, market)
        return None


def _refused(error: ValidationError, name: NameForm, found: Editor, market: MarketForm) -> None:
    by_field = error.message_dict if hasattr(error, "error_dict") else {}
    if set(by_field) & {"name", "__all__"}:
        name.add_error("name", "You have a tariff of this name already.")
    else:
        _refuse_draft(error, found, market)


def _refuse_draft(error: ValidationError, found: Editor, market: MarketForm) -> None:
    """What is wrong about the market stands beside its fields."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {}
    if set(by_field) & set(market.fields):
        refuse(market, error)
    else:
        found.refuse(error)


@page("billing.edit", "money")
def tariff_draft(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change the draft, or begin one from the newest version."""
    family = tariff_or_404(request, public_id)
    source = source_of(family)
    plain = plain_source(source)
    if source is not None and plain is None:
        messages.info(request, "This tariff says more than the form can show: here is its document.")
        return redirect("dashboard:tariff_document", public_id)
    found = tariff_editor.editor(sent_data(request), plain, hold_text(source))
    market = market_form(request, source)
    if is_order(request) and _saved(request, family, found, market):
        messages.success(request, "Draft saved. Nobody pays this price before it is published.")
        return redirect("dashboard:tariff", public_id)
    return _form(request, found, market, family)


def _saved(
    request: OperatorRequest, family: TariffFamily, found: Editor, market: MarketForm
) -> TariffVersion | None:
    body = found.body()
    if body is None or not market.is_valid():
        return None
    try:
        hold = hold_minor(found.form, found.form.cleaned_data["currency"])
        return service.draft_save(family, body, request.viewer.actor, hold, market.follows())
    except ValidationError as error:
        _refuse_draft(error, found, market)
        return None


def _form(
    request: OperatorRequest,
    found: Editor,
    market: MarketForm,
    family: TariffFamily | None,
    name: NameForm | None = None,
) -> HttpResponse:
    body = found.body() if request.method == "POST" else _stored(family)
    context = {"editor": found, "name_form": name, "tariff": family, "begins_choices": BEGINS.items()}
    shown = {"market": market} | tariff_editor.preview(request, body, family, _followed(market, family))
    return render(
        request, "dashboard/tariff_form.html", context | shown, status=422 if is_order(request) else 200
    )


def _followed(market: MarketForm, family: TariffFamily | None) -> Follows | None:
    """What is typed, else what the version says."""
    if market.is_bound:
        return market.follows() if market.is_valid() else None
    return follows_of(source_of(family)) if family else None


def _stored(family: TariffFamily | None) -> str | None:
    source = source_of(family) if family else None
    return source.body if source else None


@page("billing.edit", "money")
def tariff_document(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The draft as the OCPI document itself."""
    family = tariff_or_404(request, public_id)
    source = source_of(family)
    shown = indented(loads(source.body)) if source else ""
    form = DocumentForm(submitted(request), initial={"body": shown, "preauthorise": hold_text(source)})
    market = market_form(request, source)
    if request.method == "POST" and _document_saved(request, family, form, market):
        messages.success(request, "Draft saved. Nobody pays this price before it is published.")
        return redirect("dashboard:tariff", public_id)
    body = form.data.get("body") if form.is_bound else _stored(family)
    context = {"form": form, "market": market, "tariff": family, "begins_choices": BEGINS.items()}
    context |= {"has_plain": source is None or plain_source(source) is not None}
    status = 422 if form.errors or market.errors else 200
    follows = _followed(market, family)
    shown_too: dict[str, Any] = tariff_editor.preview(request, body or None, family, follows)
    return render(request, "dashboard/tariff_document.html", context | shown_too, status=status)


def _document_saved(
    request: OperatorRequest, family: TariffFamily, form: DocumentForm, market: MarketForm
) -> TariffVersion | None:
    if not (form.is_valid() and market.is_valid()):
        return None
    body = form.cleaned_data["body"]
    try:
        currency = service.tariff_of(service.document_of(body)).currency
        hold = hold_minor(form, currency)
        return service.draft_save(family, body, request.viewer.actor, hold, market.follows())
    except ValidationError as error:
        is_market = hasattr(error, "error_dict") and bool(set(error.message_dict) & set(market.fields))
        refuse(market if is_market else form, error)
        return None


@require_POST
@page("billing.edit", "money")
def tariff_preview(request: OperatorRequest) -> HttpResponse:
    """What is being typed, looked at: remarks and examples. Saves nothing."""
    named = request.GET.get("tariff", "").replace("\0", "")
    family = get_object_or_404(tariff_families_for(request.viewer), public_id=named[:64]) if named else None
    plain = plain_source(source_of(family)) if family else None
    body = (
        request.POST["body"] if "body" in request.POST else tariff_editor.editor(request.POST, plain).body()
    )
    market = market_form(request, source_of(family) if family else None)
    context = tariff_editor.preview(request, body, family, _followed(market, family))
    return render(request, "dashboard/parts/tariff_seen.html", context)


@require_POST
@page("billing.edit", "money")
def tariff_draft_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Throw the draft away."""
    family = tariff_or_404(request, public_id)
    draft = family.versions.filter(valid_from=None).first()
    if draft is None:
        messages.info(request, "There is no draft.")
    else:
        service.draft_remove(draft, request.viewer.actor)
        messages.success(request, "The draft is gone. Published versions stay.")
    return redirect("dashboard:tariff", public_id)
