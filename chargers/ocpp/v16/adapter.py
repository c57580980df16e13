"""OCPP 1.6 as a `chargers.ocpp.adapter.Adapter`."""

from chargers.ocpp.adapter import Adapter
from chargers.ocpp.rpc import Version

from . import answers, catalog, inbound, outbound, profiles, replies, settings

ADAPTER = Adapter(
    version=Version.V16,
    label="OCPP 1.6",
    commands=catalog.COMMANDS,
    inbound_actions=inbound.ACTIONS,
    limits=catalog.LIMITS,
    refuses_unregistered=False,
    connector_is_evse=True,
    settings=settings.BOOK,
    inbound=inbound.report,
    reply=replies.reply,
    outbound=outbound.call,
    learned=answers.learned,
    expectation=outbound.expectation,
    setting_value=outbound.setting_value,
    composite=profiles.composite,
)
