"""Charging stations, their EVSEs and connectors. What we want and what is reported are two fields."""

from django.core.validators import RegexValidator
from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import Availability, ConnectorStatus, Deviation, Registration, SecurityProfile, deviations
from .site import Site

IDENTITY_PATTERN = r"[A-Za-z0-9*=_.|@+\-]{1,48}"
identity_validator = RegexValidator(
    rf"^{IDENTITY_PATTERN}\Z",
    "1 to 48 letters, digits or any of * = _ . | @ + -",
)


class ChargingStation(PublicModel):
    """One OCPP identity (1.6 "charge point"). The protocol version is a fact of its connection, not kept here."""

    id_prefix = "cst"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="stations")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL, related_name="stations")
    # Unique over all organisations: the URL a charger calls names nothing else.
    identity = models.CharField(max_length=48, unique=True, validators=[identity_validator])
    name = models.CharField(max_length=120, blank=True)
    notes = models.TextField(blank=True)

    vendor = models.CharField(max_length=255, blank=True)
    model = models.CharField(max_length=255, blank=True)
    serial_number = models.CharField(max_length=255, blank=True)
    firmware_version = models.CharField(max_length=255, blank=True)
    iccid = models.CharField(max_length=255, blank=True)
    imsi = models.CharField(max_length=255, blank=True)
    meter_type = models.CharField(max_length=255, blank=True)
    meter_serial_number = models.CharField(max_length=255, blank=True)
    firmware_status = models.CharField(max_length=60, blank=True)
    diagnostics_status = models.CharField(max_length=60, blank=True)

    registration = models.CharField(max_length=12, choices=Registration, default=Registration.ACCEPTED)
    last_boot_at = models.DateTimeField(null=True, blank=True)
    last_boot_reason = models.CharField(max_length=60, blank=True)
    desired_availability = models.CharField(
        max_length=12, choices=Availability, default=Availability.OPERATIVE
    )
    reported_status = models.CharField(
        max_length=20, choices=ConnectorStatus, default=ConnectorStatus.UNKNOWN
    )
    reported_error = models.CharField(max_length=120, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    key_hash = models.CharField(max_length=64, blank=True, editable=False)
    pending_key_hash = models.CharField(max_length=64, blank=True, editable=False)
    # Opens nothing: it lets the connection doctor tell a replaced password from a wrong one.
    former_key_hash = models.CharField(max_length=64, blank=True, editable=False)
    key_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What it must reach at least. A higher one that it was asked for holds beside it until it is proven.
    security_profile_floor = models.PositiveSmallIntegerField(
        choices=SecurityProfile, default=SecurityProfile.BASIC, editable=False
    )
    # A socket older than this is closed, so that the station comes back with what is new.
    reconnect_wanted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Security profile 0 (no credentials) is an exception with an end, never a setting.
    open_until = models.DateTimeField(null=True, blank=True)
    strict = models.BooleanField(default=False, help_text="Refuse what deviates from the specification.")
    watched_until = models.DateTimeField(null=True, blank=True, help_text="Heartbeats are logged until then.")
    quirks = models.JSONField(
        default=dict, blank=True, help_text="Deviations seen: code, first and last time."
    )

    class Meta:
        ordering = ["identity"]
        indexes = [models.Index(fields=["organisation", "identity"], name="station_by_organisation")]

    def __str__(self) -> str:
        return self.identity

    @property
    def label(self) -> str:
        """How pages call the station."""
        return self.name or self.identity

    @property
    def deviations(self) -> list[Deviation]:
        """What is noted in `quirks`, in words, the latest first."""
        return deviations(self.quirks)


class Evse(PublicModel):
    """One place to charge at a time (a 1.6 connector n is EVSE n with connector 1)."""

    id_prefix = "evs"

    station = models.ForeignKey(ChargingStation, on_delete=models.CASCADE, related_name="evses")
    number = models.PositiveIntegerField()
    desired_availability = models.CharField(
        max_length=12, choices=Availability, default=Availability.OPERATIVE
    )

    class Meta:
        ordering = ["station_id", "number"]
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="evse_number_unique")]

    def __str__(self) -> str:
        return f"{self.station.identity} · {self.number}"


class Connector(PublicModel):
    """One plug or socket of an EVSE, with the state the station last reported."""

    id_prefix = "con"

    evse = models.ForeignKey(Evse, on_delete=models.CASCADE, related_name="connectors")
    number = models.PositiveIntegerField(default=1)
    type = models.CharField(max_length=30, blank=True, help_text="Plug standard, e.g. IEC_62196_T2")
    max_power_w = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=ConnectorStatus, default=ConnectorStatus.UNKNOWN)
    # The station's own time of the newest report (older ones change nothing), and since when, by our clock,
    # it has said so.
    status_at = models.DateTimeField(null=True, blank=True)
    status_received_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=120, blank=True)
    error_info = models.CharField(max_length=255, blank=True)
    vendor_error_code = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["evse_id", "number"]
        constraints = [models.UniqueConstraint(fields=["evse", "number"], name="connector_number_unique")]

    def __str__(self) -> str:
        return f"{self.evse} · {self.number}"
