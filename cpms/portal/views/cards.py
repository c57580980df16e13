"""A driver's cards: add, name, block."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chargers.models import IdTag
from chargers.stickers import evse_of
from cpms.core.form_errors import refuse
from cpms.drivers.selectors import cards_of, claims_of, driver_at
from cpms.drivers.services import cards as service

from ..forms.visit import CardForm, LabelForm
from ..own import DriverRequest, driver_page

_MOST_CLAIMS = 5


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def cards(request: DriverRequest) -> HttpResponse:
    """The cards there are, those on their way, and the form for one more."""
    form = CardForm(request.POST or None, initial={"code": request.GET.get("code", "")[:40]})
    if request.method == "POST" and form.is_valid() and _ask(request, form):
        return redirect("portal:cards")
    context = {
        "form": form,
        "cards": [(tag, service.blocked_by(request.user, tag)) for tag in cards_of(request.user)],
        "claims": claims_of(request.user)[:_MOST_CLAIMS],
    }
    return render(request, "portal/cards.html", context, status=422 if form.errors else 200)


def _ask(request: DriverRequest, form: CardForm) -> bool:
    """Whether the card is on its way; else the form says why not."""
    evse = evse_of(form.cleaned_data["code"])
    driver = driver_at(request.user, evse.station.organisation) if evse else None
    if evse is None or driver is None:
        text = _("You have no account with the operator of this charger. Open one at the charger's page.")
        form.add_error("code", text if evse else _("No charger has this code. Look at the sticker again."))
        return False
    try:
        service.card_ask(driver, evse, form.cleaned_data["number"], form.cleaned_data["label"])
    except ValidationError as error:
        refuse(form, error)
        return False
    return True


@require_POST
@driver_page
def card_label(request: DriverRequest, public_id: str) -> HttpResponse:
    """Give a card a name."""
    tag, form = _tag(request, public_id), LabelForm(request.POST)
    if form.is_valid():
        service.card_label_set(request.user, tag, form.cleaned_data["label"])
    else:
        messages.error(request, _("This name is too long. At most 60 letters, please."))
    return redirect("portal:cards")


@require_POST
@driver_page
def card_block(request: DriverRequest, public_id: str) -> HttpResponse:
    """Refuse a card from now on."""
    service.card_block(request.user, _tag(request, public_id))
    messages.success(request, _("The card is blocked: no charger accepts it any more."))
    return redirect("portal:cards")


@require_POST
@driver_page
def card_unblock(request: DriverRequest, public_id: str) -> HttpResponse:
    """Let a card charge again."""
    try:
        service.card_unblock(request.user, _tag(request, public_id))
        messages.success(request, _("The card may charge again."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("portal:cards")


def _tag(request: DriverRequest, public_id: str) -> IdTag:
    return get_object_or_404(cards_of(request.user), public_id=public_id)
