"""The smart charging app."""

from django.apps import AppConfig


class SmartChargingConfig(AppConfig):
    """Shares the power of a site among its chargers."""

    name = "smartcharging"
    verbose_name = "Smart charging"

    def ready(self) -> None:
        # It watches commands, and takes what cars say.
        from .balancing import verifying  # noqa: F401
        from .inputs.needs import car  # noqa: F401
        from .services import installing, readback  # noqa: F401
