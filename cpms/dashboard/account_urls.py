"""The addresses of accounts."""

from django.urls import path

from .views.money import (
    account_acts,
    account_edit,
    accounts,
    exports,
)

urlpatterns = [
    path("money/exports/", exports.exports, name="exports"),
    path("money/exports/datev/", exports.datev, name="datev"),
    path("money/exports/months/", exports.month_change, name="month_change"),
    path("money/exports/files/<str:kind>/", exports.export_file, name="export_file"),
    path("money/accounts/", accounts.accounts, name="accounts"),
    path("money/accounts/new/", account_edit.account_new, name="account_new"),
    path("money/accounts/<str:public_id>/", accounts.account, name="account"),
    path("money/accounts/<str:public_id>/lines/", accounts.account_lines, name="account_lines"),
    path("money/accounts/<str:public_id>/edit/", account_edit.account_edit, name="account_edit"),
    path("money/accounts/<str:public_id>/close/", account_edit.account_shut, name="account_shut"),
    path("money/accounts/<str:public_id>/reopen/", account_edit.account_open_again, name="account_open_again"),
    path("money/accounts/<str:public_id>/members/", account_acts.account_member, name="account_member"),
    path("money/accounts/<str:public_id>/tags/", account_acts.account_tag, name="account_tag"),
    path("money/accounts/<str:public_id>/groups/", account_acts.account_group, name="account_group"),
    path("money/accounts/<str:public_id>/transfers/", account_acts.account_transfer, name="account_transfer"),
    path("money/accounts/<str:public_id>/vouchers/", account_acts.account_voucher, name="account_voucher"),
    path(
        "money/account-members/<str:public_id>/remove/",
        account_acts.account_member_remove,
        name="account_member_remove",
    ),
    path(
        "money/account-tags/<str:public_id>/remove/", account_acts.account_tag_remove, name="account_tag_remove"
    ),
    path(
        "money/account-groups/<str:public_id>/remove/",
        account_acts.account_group_remove,
        name="account_group_remove",
    ),
    path(
        "money/cards/<str:public_id>/remove/",
        account_acts.account_method_remove,
        name="account_method_remove",
    ),
]  # fmt: skip
