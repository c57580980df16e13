"""The addresses of accounts."""

from django.urls import path

from . import account_money as money
from . import account_parts as parts
from . import accounts, exports

urlpatterns = [
    path("accounts", accounts.Accounts.as_view(), name="accounts"),
    path("accounts/<str:id>", accounts.OneAccount.as_view(), name="account"),
    path("accounts/<str:id>/close", accounts.AccountClose.as_view(), name="account-close"),
    path("accounts/<str:id>/reopen", accounts.AccountReopen.as_view(), name="account-reopen"),
    path("accounts/<str:id>/members", parts.AccountMembers.as_view(), name="account-members"),
    path("accounts/<str:id>/tags", parts.AccountTags.as_view(), name="account-tags"),
    path("accounts/<str:id>/groups", parts.AccountGroups.as_view(), name="account-groups"),
    path("accounts/<str:id>/lines", money.AccountLines.as_view(), name="account-lines"),
    path("accounts/<str:id>/transfers", money.AccountTransfers.as_view(), name="account-transfers"),
    path("accounts/<str:id>/top-ups", money.AccountTopUps.as_view(), name="account-top-ups"),
    path("accounts/<str:id>/payment-methods", money.AccountMethods.as_view(), name="account-methods"),
    path("exports/journal", exports.JournalExport.as_view(), name="export-journal"),
    path("exports/invoices", exports.InvoicesExport.as_view(), name="export-invoices"),
    path("exports/datev", exports.DatevExport.as_view(), name="export-datev"),
    path("posting-periods", exports.PostingPeriods.as_view(), name="posting-periods"),
    path("datev-settings", exports.DatevSettingsOf.as_view(), name="datev-settings"),
    path("account-members/<str:id>", parts.OneAccountMember.as_view(), name="account-member"),
    path("account-tags/<str:id>", parts.OneAccountTag.as_view(), name="account-tag"),
    path("account-groups/<str:id>", parts.OneAccountGroup.as_view(), name="account-group"),
    path("payment-methods/<str:id>", money.OneMethod.as_view(), name="payment-method"),
]
