"""Tariffs: families of immutable versions, and to whom and where they are assigned."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from chargers.models import ChargingStation, IdTagGroup, Site
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import AssignedAt, AssignedTo, VersionState
from .prices import PriceSeries


class TariffFamily(PublicModel):
    """A tariff as people know it; what it costs is in its versions."""

    id_prefix = "trf"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tariff_families")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="tariff_name_unique")]

    def __str__(self) -> str:
        return self.name


class TariffVersion(PublicModel):
    """What a tariff costs from an instant on, until the next version of its family.

    So versions never overlap and leave no gap. A trigger refuses every change of a published one.
    """

    id_prefix = "trv"

    family = models.ForeignKey(TariffFamily, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="Counts within the family, from 1.")
    state = models.CharField(max_length=9, choices=VersionState, default=VersionState.DRAFT)
    # Text and not JSON: a number read into a float would no longer be the price that was published.
    body = models.TextField(help_text="The OCPI tariff object, as canonical JSON with exact numbers.")
    currency = models.CharField(max_length=3)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body, series and formula.")
    valid_from = models.DateTimeField(null=True, blank=True)
    preauthorise_minor = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="What is held on a card before a session, in minor units."
    )
    series = models.ForeignKey(
        PriceSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="tariff_versions"
    )
    formula = models.TextField(
        blank=True, help_text="How the price of energy follows the series, as canonical JSON."
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.CharField(max_length=160, blank=True, editable=False)

    class Meta:
        ordering = ["family", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["family", "number"], name="tariff_version_number_unique"),
            models.UniqueConstraint(
                fields=["family", "valid_from"],
                condition=Q(state=VersionState.PUBLISHED),
                name="tariff_version_start_unique",
            ),
            models.UniqueConstraint(
                fields=["family"], condition=Q(state=VersionState.DRAFT), name="tariff_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(series=None, formula="") | Q(series__isnull=False) & ~Q(formula=""),
                name="tariff_formula_with_series",
            ),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT)
                | Q(valid_from__isnull=False, published_at__isnull=False),
                name="tariff_published_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family} v{self.number}"

    @property
    def organisation_id(self) -> int:
        """The organisation of its tariff."""
        return self.family.organisation_id

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.state == VersionState.DRAFT


class TariffAssignment(PublicModel):
    """A tariff given to somebody somewhere for a time. Which one wins is in `billing.pricing.assignment`."""

    id_prefix = "tra"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="tariff_assignments"
    )
    family = models.ForeignKey(TariffFamily, on_delete=models.PROTECT, related_name="assignments")
    audience = models.CharField(max_length=6, choices=AssignedTo, default=AssignedTo.PUBLIC)
    group = models.ForeignKey(
        IdTagGroup, null=True, blank=True, on_delete=models.CASCADE, related_name="tariff_assignments"
    )
    scope = models.CharField(max_length=12, choices=AssignedAt, default=AssignedAt.ORGANISATION)
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.CASCADE, related_name="tariff_assignments"
    )
    station = models.ForeignKey(
        ChargingStation, null=True, blank=True, on_delete=models.CASCADE, related_name="tariff_assignments"
    )
    evse_no = models.PositiveSmallIntegerField("EVSE", null=True, blank=True)
    priority = models.SmallIntegerField(default=0, help_text="Among equals the higher one wins.")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True, help_text="Empty: until it is ended.")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organisation", "scope"], name="tariff_assignments_by_scope")]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience=AssignedTo.PUBLIC, group=None)
                | Q(audience=AssignedTo.GROUP, group__isnull=False),
                name="tariff_assignment_has_its_audience",
            ),
            models.CheckConstraint(
                condition=Q(scope=AssignedAt.ORGANISATION, site=None, station=None, evse_no=None)
                | Q(scope=AssignedAt.SITE, site__isnull=False, station=None, evse_no=None)
                | Q(scope=AssignedAt.STATION, site=None, station__isnull=False, evse_no=None)
                | Q(scope=AssignedAt.EVSE, site=None, station__isnull=False, evse_no__gt=0),
                name="tariff_assignment_has_its_place",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=models.F("valid_from")),
                name="tariff_assignment_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family} for {self.get_audience_display()}"

    def is_over(self, at: datetime) -> bool:
        """Whether it has ended."""
        return self.valid_to is not None and self.valid_to <= at
