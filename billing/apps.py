"""The billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Hears what happens to transactions and keeps the books."""

    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        # They have a say in who may charge.
        pass
