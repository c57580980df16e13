"""Settings of stations: configuration keys in 1.6, variables written `Component.Variable` in 2.x."""

from dataclasses import dataclass

from .reports import Report


@dataclass(frozen=True, slots=True)
class SettingValue:
    """One setting as reported. `value` is None when the station names it without a value."""

    name: str
    value: str | None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class SettingsReported(Report):
    """The answer to `ReadSettings` (OCPP 1.6 §5.8, 2.0.1 B06).

    `unknown` are names the station says it does not have.
    """

    settings: tuple[SettingValue, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingAgreed(Report):
    """The station agreed to a new value (OCPP 1.6 §5.3); `after_restart` when it holds only from then on."""

    name: str
    after_restart: bool = False
