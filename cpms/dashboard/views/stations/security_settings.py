"""Settings, Certificates: our authority, what it issued, its revocation list, roots to hand out."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from chargers.choices import RevocationReason
from chargers.selectors.security import authorities_for, certificates_for, roots_for
from chargers.services.security import authorities, certificate_roots, certificates

from ... import listing
from ...access import OperatorRequest, page
from ...forms.saving import save, submitted
from ...forms.security import RootForm


@page("stations.credentials", "settings")
def certificates_page(request: OperatorRequest) -> HttpResponse:
    """The authority, the certificates it issued, and the roots that can be installed in stations."""
    form = RootForm(submitted(request))
    added = save(
        form, certificate_roots.root_add, organisation=request.organisation, actor=request.viewer.actor
    )
    if added:
        messages.success(request, f"{added.name} can be installed in stations now.")
        return redirect("dashboard:certificates")
    viewer = request.viewer
    context = {
        "form": form,
        "authorities": list(authorities_for(viewer)),
        "root": authorities.root(),
        "page": listing.paginate(request, certificates_for(viewer), 20),
        "roots": list(roots_for(viewer)),
        "reasons": RevocationReason.choices,
    }
    return render(request, "dashboard/certificates.html", context, status=422 if form.errors else 200)


@require_POST
@page("stations.credentials", "settings")
def authority_new(request: OperatorRequest) -> HttpResponse:
    """Make the organisation's certificate authority, or a newer one."""
    try:
        authorities.authority_set_up(request.organisation, request.viewer.actor)
        messages.success(
            request, "The certificate authority is ready. Stations can ask for certificates now."
        )
    except authorities.NoAuthority as error:
        messages.error(request, f"{error}.")
    return redirect("dashboard:certificates")


@require_POST
@page("stations.credentials", "settings")
def certificate_revoke(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Make a certificate void; whoever uses it is out within seconds."""
    found = get_object_or_404(certificates_for(request.viewer), public_id=public_id)
    reason = request.POST.get("reason", "")
    given = RevocationReason(reason) if reason in RevocationReason.values else RevocationReason.UNSPECIFIED
    try:
        certificates.certificate_revoke(found, request.viewer.actor, given)
        messages.success(request, f"The certificate of {found.common_name} is revoked.")
    except authorities.NoAuthority as error:
        messages.error(request, f"{error}.")
    return redirect("dashboard:certificates")


@require_POST
@page("stations.credentials", "settings")
def root_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Hand a root out no more."""
    found = get_object_or_404(roots_for(request.viewer), public_id=public_id)
    certificate_roots.root_remove(found, request.viewer.actor)
    messages.success(request, f"{found.name} is handed out no more. Stations that hold it keep it.")
    return redirect("dashboard:certificates")


@require_safe
@page("stations.view", "settings")
def authority_download(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The authority's certificate with its root, PEM: what a proxy or a charger is to trust."""
    found = get_object_or_404(authorities_for(request.viewer), public_id=public_id)
    text = found.certificate + (found.parent.certificate if found.parent else "")
    response = HttpResponse(text, content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="stations-ca.pem"'
    return response


@require_safe
def crl(request: object, public_id: str) -> HttpResponse:
    """The revoked certificates of an authority, DER (RFC 5280 §5): for whoever checks certificates."""
    der = authorities.crl_der(public_id) if "\0" not in public_id else None
    if der is None:
        raise Http404
    return HttpResponse(der, content_type="application/pkix-crl", headers={"Cache-Control": "max-age=300"})
