"""Addresses of the driver pages. They are short: some are printed on stickers."""

from django.urls import path, re_path

from . import languages, own_urls
from .views import (
    bank,
    confirming,
    entrance,
    installed,
    invoice,
    landing,
    needs,
    passwords,
    problems,
    signed,
    two_factor,
    visit,
)

app_name = "portal"

urlpatterns = [
    path("drive/", landing.home, name="home"),
    path("drive/language", languages.choose, name="language"),
    path("drive/app.webmanifest", installed.manifest, name="manifest"),
    path("drive/worker.js", installed.service_worker, name="service_worker"),
    path("drive/offline", installed.offline, name="offline"),
    path("c/<str:code>", landing.landing, name="landing"),
    path("c/<str:code>/charge", landing.charge, name="landing_charge"),
    path("c/<str:code>/account", landing.open_account, name="landing_join"),
    path("c/<str:code>/problem", problems.problem, name="problem"),
    path("v/<str:token>", visit.visit, name="visit"),
    path("v/<str:token>/now", visit.visit_now, name="visit_now"),
    path("v/<str:token>/back", visit.back, name="visit_back"),
    path("v/<str:token>/stop", visit.stop, name="visit_stop"),
    path("v/<str:token>/leave", visit.leave, name="visit_leave"),
    path("v/<str:token>/need", needs.need, name="visit_need"),
    path("v/<str:token>/invoice/<str:form>", invoice.visit_invoice, name="visit_invoice"),
    path("v/<str:token>/bank", bank.bank, name="bank"),
    path("v/<str:token>/verify", signed.visit_verify, name="visit_verify"),
    path("v/<str:token>/signed-values.xml", signed.visit_values, name="visit_values"),
    path("my/login/", entrance.Login.as_view(), name="login"),
    path("my/signup/", entrance.Signup.as_view(), name="signup"),
    path("my/login/code", two_factor.LoginCode.as_view(), name="login_code"),
    path("my/login/passkey", confirming.PasskeyLogin.as_view(), name="login_passkey"),
    path("my/email/<str:key>", confirming.EmailConfirm.as_view(), name="email_confirm"),
    path("my/password/forgotten/", passwords.PasswordReset.as_view(), name="password_reset"),
    re_path(
        r"^my/password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        passwords.PasswordNew.as_view(),
        name="password_new",
    ),
    *own_urls.urlpatterns,
]
