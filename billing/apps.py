"""The billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Hears what happens to transactions and keeps the books."""

    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        # They have a say in who may charge.
        from .services.accounts import shut  # noqa: F401
        from .services.spending import objections  # noqa: F401
