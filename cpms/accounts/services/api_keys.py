"""API keys: made, revoked, noted as used."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from cpms.core import audit, clock
from cpms.core.actors import Actor

from ..models import ApiKey, Organisation
from ..roles import check_scopes

_NOTE_EVERY = timedelta(minutes=1)


@transaction.atomic
def api_key_create(
    organisation: Organisation,
    name: str,
    scopes: Iterable[str],
    actor: Actor,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret text, which is never shown again. Raises ValueError on an unknown scope."""
    key: ApiKey
    key, secret = ApiKey.objects.create_key(  # type: ignore[assignment]
        organisation=organisation,
        name=name,
        scopes=check_scopes(scopes),
        created_by_id=actor.user_id,
        expiry_date=expires_at,
    )
    audit.record(
        actor,
        "apikey.created",
        organisation_id=organisation.pk,
        subject=key.public_id,
        label=name,
        scopes=key.scopes,
    )
    return key, secret


@transaction.atomic
def api_key_revoke(key: ApiKey, actor: Actor) -> None:
    """From now on the key opens nothing."""
    ApiKey.objects.filter(pk=key.pk).update(revoked=True)
    audit.record(
        actor, "apikey.revoked", organisation_id=key.organisation_id, subject=key.public_id, label=key.name
    )


def api_key_used(key: ApiKey) -> None:
    """Remember when the key was last used, at most once a minute."""
    moment = clock.now()
    if key.last_used_at is None or moment - key.last_used_at > _NOTE_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=moment)
