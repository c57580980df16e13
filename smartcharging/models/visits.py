"""What is remembered of visits that ended, so that the next ones can be estimated."""

from django.db import models

from chargers.models import IdTag, Site
from cpms.accounts.models import Organisation


class VisitDigest(models.Model):
    """Visits of one ID tag at a site, or of everybody there (no tag). Can be made anew from the sessions at any time.

    `visits`: [when it began in seconds since 1970 UTC, how long in seconds, Wh] of each, the oldest first; without
    anything that says who it was. `oldest_at` is when the first of them began.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="visit_digests")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="visit_digests")
    id_tag = models.ForeignKey(
        IdTag, null=True, blank=True, on_delete=models.CASCADE, related_name="visit_digests"
    )
    visits = models.JSONField(default=list)
    oldest_at = models.DateTimeField()
    learned_at = models.DateTimeField()

    class Meta:
        ordering = ["site_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "id_tag"], name="visit_digest_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"visits of {self.id_tag_id or 'everybody'} at {self.site_id}"
