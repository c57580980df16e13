"""The drivers app."""

from django.apps import AppConfig


class DriversConfig(AppConfig):
    """What drivers have beside their sessions."""

    name = "cpms.drivers"
    label = "drivers"
