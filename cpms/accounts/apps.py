"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cpms.accounts"
    label = "accounts"
