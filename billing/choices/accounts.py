"""Who owes and is owed, and how they pay."""

from django.db import models


class PartyKind(models.TextChoices):
    """What somebody is to us."""

    OPERATOR = "operator", "Operator"
    SITE_HOST = "site_host", "Site host"
    COMPANY = "company", "Company"
    DRIVER = "driver", "Driver"
    EMSP = "emsp", "Roaming partner"
    PLATFORM = "platform", "Platform"


class BillingMode(models.TextChoices):
    """How an account pays for its sessions."""

    PREPAID = "prepaid", "Prepaid wallet"
    POSTPAID = "postpaid", "On invoice"
    AD_HOC = "ad_hoc", "Card at the charger"
    INTERNAL = "internal", "Internal cost centre"
    FREE = "free", "Free of charge"


class AccountRole(models.TextChoices):
    """What a person is to an account."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Administrator"
    DRIVER = "driver", "Driver"
    VIEWER = "viewer", "Viewer"
