"""Firmware and logs."""

from functools import cached_property

from chargers.choices import CampaignState, FirmwareUpdateState, LogKind
from chargers.models import (
    FirmwareCampaign,
    FirmwareFile,
    FirmwareUpdate,
    LogRequest,
    ManufacturerRoot,
    StrayFileReport,
)
from chargers.services.files.firmware_files import firmware_file_create, manufacturer_root_add
from chargers.services.files.logs import log_request_start
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests import pki

from .ground import Ground


class Filed(Ground):
    """Firmware and logs."""

    @cached_property
    def firmware(self) -> FirmwareFile:
        facts = {"vendor": f"{self.mark} maker", "version": f"{self.mark} 9"}
        return firmware_file_create(self.organisation, SYSTEM, **facts)

    @cached_property
    def manufacturer_root(self) -> ManufacturerRoot:
        return manufacturer_root_add(self.organisation, SYSTEM, f"{self.mark} maker", pki.root().pem)

    @cached_property
    def firmware_update(self) -> FirmwareUpdate:
        return FirmwareUpdate.objects.create(
            station=self.station, file=self.firmware, campaign=self.firmware_campaign, request_id=7,
            state=FirmwareUpdateState.CANCELLED, requested_by=self.mark,
        )  # fmt: skip

    @cached_property
    def firmware_campaign(self) -> FirmwareCampaign:
        return FirmwareCampaign.objects.create(
            organisation=self.organisation, file=self.firmware, name=f"{self.mark} campaign", wave_sizes=[1],
            state=CampaignState.PAUSED, started_by=self.mark,
        )  # fmt: skip

    @cached_property
    def log_request(self) -> LogRequest:
        return log_request_start(self.station, LogKind.DIAGNOSTICS, SYSTEM)

    @cached_property
    def stray(self) -> StrayFileReport:
        return StrayFileReport.objects.create(
            station=self.station, about="firmware", status=f"{self.mark} done", received_at=clock.now()
        )
