"""The API app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "cpms.api"
    label = "api"

    def ready(self) -> None:
        from . import schema  # noqa: F401  (registers how the schema shows API keys)
