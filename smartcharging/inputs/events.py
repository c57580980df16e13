"""What can happen to what is known of a site, as events of the outbox."""

from dataclasses import dataclass
from typing import ClassVar

from cpms.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEvent(Event):
    """Something that changes how the power of a site is shared. `site` is its public id."""

    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadJumped(SiteEvent):
    """A meter saw a large step on a line; `step_a` is signed."""

    type: ClassVar[str] = "site.load_jumped"
    step_a: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsChanged(SiteEvent):
    """A limit from outside was made, changed or ended."""

    type: ClassVar[str] = "site.limits_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsChanged(SiteEvent):
    """Somebody said what a car needs."""

    type: ClassVar[str] = "site.needs_changed"
