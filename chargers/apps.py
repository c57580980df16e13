"""The chargers app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ChargersConfig(AppConfig):
    """Makes this month's partitions whenever the database was migrated."""

    name = "chargers"
    verbose_name = "Chargers"

    def ready(self) -> None:
        # They watch commands.
        from .services.configuration import read, write  # noqa: F401
        from .services.learned import answers  # noqa: F401
        from .services.local_lists import send  # noqa: F401

        post_migrate.connect(_keep_partitions, sender=self)


def _keep_partitions(**kwargs: Any) -> None:
    from . import partitions

    partitions.keep()
