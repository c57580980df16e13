"""Keys with which third parties use the API: hashed, scoped, bound to one organisation."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from rest_framework_api_key.models import AbstractAPIKey

from cpms.core.ids import public_id

from .organisation import Organisation


def _key_id() -> str:
    return public_id("key")


class ApiKey(AbstractAPIKey):
    """A key `prefix.secret`, shown once, stored as a hash, looked up by its prefix."""

    public_id = models.CharField(max_length=40, unique=True, editable=False, default=_key_id)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="api_keys")
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "API key"
        verbose_name_plural = "API keys"
