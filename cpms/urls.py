"""The site's map."""

from django.contrib import admin
from django.urls import include, path

from cpms.api.payment_webhooks import payment_webhook
from cpms.dashboard.views.stations.security_settings import crl
from cpms.ops import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("cpms.api.v1.urls")),
    path("payments/webhooks/<str:provider>", payment_webhook, name="payment_webhook"),
    path("crl/<str:public_id>.crl", crl, name="crl"),
    path("", include("cpms.portal.urls")),
    path("", include("cpms.dashboard.urls")),
]

handler400 = "cpms.api.errors.bad_request"
handler404 = "cpms.portal.mishaps.not_found"
handler500 = "cpms.mishaps.server_error"
