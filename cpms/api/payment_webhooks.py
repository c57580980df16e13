"""`POST /payments/webhooks/<provider>`: what payment providers tell us. Stored as it came, looked into later."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.payments.interface import BadSignature
from billing.providers import NoProvider
from billing.services.payments.events import event_receive

MAX_BYTES = 512 * 1024


@csrf_exempt
@require_POST
def payment_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """204 when it is stored, now or before; 400 for a wrong or old signature, 404 for a provider we do not use.

    The signature over the raw body is what admits the caller; nobody is signed in here.
    """
    if len(request.body) > MAX_BYTES:
        return HttpResponse("too large", status=413, content_type="text/plain")
    try:
        event_receive(provider, request.body, request.headers)
    except NoProvider:
        return HttpResponse("no such payment provider", status=404, content_type="text/plain")
    except BadSignature as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    return HttpResponse(status=204)
