"""The site's map."""

from django.contrib import admin
from django.urls import include, path

from cpms.ops import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("cpms.api.v1.urls")),
    path("", include("cpms.dashboard.urls")),
]

handler400 = "cpms.api.errors.bad_request"
handler500 = "cpms.api.errors.server_error"
