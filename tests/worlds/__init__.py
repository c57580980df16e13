"""Organisations with something of everything in them, made through the services, for tests of pages and API."""

from chargers.domain import AuthorizeAsked, Token
from chargers.services.tags.authorization import authorize

from .files import Filed
from .ground import PASSWORD
from .inputs import Told
from .orders import Ordered
from .security import Secured
from .settings import Configured

__all__ = ["PASSWORD", "World"]


class World(Secured, Filed, Configured, Ordered, Told):
    """One organisation with something of everything. `mark` is in every name and text of it."""

    def furnish(self) -> "World":
        """Make one of everything."""
        _ = self.stray
        _ = (self.firmware_update, self.log_request, self.manufacturer_root)
        _ = (self.owner, self.membership, self.api_key, self.site, self.group, self.tag, self.station)
        _ = (self.push, self.local_list)
        _ = (self.case, self.refusal)
        _ = (self.certificate, self.root, self.alert, self.rotation)
        _ = (self.fact, self.command, self.transaction, self.message)
        _ = (self.reservation, self.scheduled, self.bulk)
        _ = (self.site_meter, self.need, self.fleet_need, self.need_default, self.limit_event)
        _ = self.foreign_profile
        authorize(self.source, AuthorizeAsked(Token(self.tag.uid)))
        return self

    def secrets(self) -> list[str]:
        """Texts that nobody of another organisation may ever read."""
        return [
            self.mark,
            *(
                row.public_id
                for row in (self.organisation, self.site, self.group, self.tag, self.station, self.command)
            ),
            self.transaction.public_id,
            *(row.public_id for row in (self.reservation, self.scheduled, self.bulk)),
            *(row.public_id for row in (self.template, self.push, self.local_list)),
            *(row.public_id for row in (self.firmware, self.firmware_update, self.firmware_campaign)),
            *(row.public_id for row in (self.log_request, self.manufacturer_root)),
            self.case.public_id,
            *(row.public_id for row in (self.certificate, self.root, self.alert, self.rotation)),
            *(
                row.public_id
                for row in (self.site_meter, self.fleet_need, self.need_default, self.limit_event)
            ),
            self.foreign_profile.public_id,
            self.membership.public_id,
            self.api_key.public_id,
        ]
