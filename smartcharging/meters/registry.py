"""Which driver reads which meter."""

from collections.abc import Mapping
from typing import Final

from ..inputs.choices import MeterDriver
from .driver import Driver
from .modbus import settings as modbus_settings
from .modbus import source as modbus_source
from .mqtt import settings as mqtt_settings
from .mqtt import source as mqtt_source
from .pull import settings as pull_settings
from .pull import source as pull_source
from .push import settings as push_settings
from .station import settings as station_settings
from .station import source as station_source

DRIVERS: Final[Mapping[str, Driver]] = {
    MeterDriver.PUSH: Driver(push_settings.check, None),
    MeterDriver.PULL: Driver(pull_settings.check, pull_source.samples),
    MeterDriver.MODBUS: Driver(modbus_settings.check, modbus_source.samples),
    MeterDriver.MQTT: Driver(mqtt_settings.check, mqtt_source.samples),
    MeterDriver.STATION: Driver(station_settings.check, station_source.samples),
}
