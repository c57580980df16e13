"""Wanted settings and local lists."""

from functools import cached_property

from chargers.choices import PushState, SettingState
from chargers.models import ConfigurationPush, ConfigurationTemplate, LocalList, PushResult, StationSetting
from chargers.services.configuration.templates import template_create
from chargers.services.local_lists.lists import local_list_create
from cpms.core import clock
from cpms.core.actors import SYSTEM

from .ground import Ground


class Configured(Ground):
    """Wanted settings and local lists."""

    @cached_property
    def template(self) -> ConfigurationTemplate:
        entries = [{"name": f"{self.mark}Setting", "value": "1", "optional": False}]
        return template_create(self.organisation, SYSTEM, name=f"{self.mark} template", entries=entries)

    @cached_property
    def push(self) -> ConfigurationPush:
        """A push that is over, and a setting that has drifted since."""
        StationSetting.objects.create(
            station=self.station, name=f"{self.mark}Setting", desired="1", reported="2", known=True,
            state=SettingState.DRIFTED, checked_at=clock.now(),
        )  # fmt: skip
        push = ConfigurationPush.objects.create(
            organisation=self.organisation, template=self.template, label=f"{self.mark} template",
            entries=self.template.entries, actor_label=f"{self.mark} actor",
        )  # fmt: skip
        PushResult.objects.create(push=push, station=self.station, state=PushState.DONE)
        return push

    @cached_property
    def local_list(self) -> LocalList:
        return local_list_create(self.organisation, SYSTEM, name=f"{self.mark} list", sites=[self.site])
