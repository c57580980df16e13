"""The CALLs of OCPP 1.6 that menus and forms offer, and the lengths that bind us."""

from types import MappingProxyType
from typing import Final

from chargers.ocpp.adapter import CommandSpec

from . import files

LIMITS: Final = MappingProxyType({"uid": 20, "setting_name": 50, "setting_value": 500})
"""Longest texts in characters: CiString20Type, CiString50Type, CiString500Type (OCPP 1.6 §7)."""

COMMANDS: Final = (
    CommandSpec(
        "RemoteStartTransaction",
        "Start charging",
        "Starts a session at a connector as if the given ID tag had been held up there.",
    ),
    CommandSpec(
        "RemoteStopTransaction",
        "Stop charging",
        "Ends a running session.",
        danger="The driver's session ends and does not resume by itself.",
    ),
    CommandSpec(
        "UnlockConnector",
        "Unlock connector",
        "Releases a cable that is stuck; a session running there is ended first.",
        danger="A session at this connector ends and anyone can take the cable.",
    ),
    CommandSpec(
        "Reset",
        "Restart",
        "Restarts the station: Soft ends sessions properly first, Hard restarts at once.",
        danger="All sessions at the station end; it is offline until it has restarted.",
    ),
    CommandSpec(
        "ChangeAvailability",
        "Change availability",
        "Puts a connector, or with connector 0 the whole station, into or out of service.",
        danger="Inoperative: nobody can charge there until it is made operative again.",
    ),
    CommandSpec(
        "TriggerMessage",
        "Ask for a message",
        "Asks the station to send a message now, such as its status or meter values.",
    ),
    CommandSpec(
        "ExtendedTriggerMessage",
        "Ask for a message (secure stations)",
        "Like the plain request, and also for a certificate request, log progress or signed firmware progress.",
    ),
    CommandSpec(
        "GetConfiguration",
        "Read configuration",
        "Reads the named configuration keys, or all of them when none is named.",
    ),
    CommandSpec(
        "ChangeConfiguration",
        "Change configuration",
        "Sets one configuration key to a new value.",
        danger="A wrong value can change how the station charges or cut its connection.",
    ),
    CommandSpec(
        "GetLocalListVersion",
        "Read the version of its local list",
        "Asks which version of the local authorization list the station has; -1 is none at all.",
    ),
    CommandSpec(
        "SendLocalList",
        "Send a local list",
        "Replaces or changes the list of ID tags the station knows while it is offline.",
        danger="It takes the place of the list that is kept here; drivers who are not on it may be refused offline.",
    ),
    CommandSpec(
        "ClearCache",
        "Clear authorization cache",
        "Makes the station forget the ID tags it has remembered.",
        danger="Until they are asked about again, known drivers cannot start while the station is offline.",
    ),
    CommandSpec(
        "ReserveNow",
        "Reserve",
        "Keeps a connector, or with connector 0 any of them, for one ID tag until a time.",
    ),
    CommandSpec(
        "CancelReservation",
        "Cancel a reservation",
        "Gives a reserved connector free again.",
    ),
    CommandSpec(
        "SetChargingProfile",
        "Set charging profile",
        "Limits the current or power of the station, of every session, or of one running session.",
        danger="A limit that is too low stops cars from charging; one that is too high can trip a fuse.",
    ),
    CommandSpec(
        "ClearChargingProfile",
        "Clear charging profiles",
        "Removes one charging profile, or all that fit.",
        danger="Without its limits the station may draw all the power it can.",
    ),
    CommandSpec(
        "GetCompositeSchedule",
        "Read the limit that holds",
        "Asks what all charging profiles together allow from now on.",
    ),
    *files.COMMANDS,
    CommandSpec(
        "GetInstalledCertificateIds",
        "List installed roots",
        "Asks which root certificates the station trusts for one use.",
    ),
    CommandSpec(
        "CertificateSigned",
        "Send a client certificate",
        "Gives the station the certificate it asked for, with its chain; ours are sent by themselves.",
        danger="A certificate that does not fit its key is refused, or keeps the station from connecting.",
    ),
    CommandSpec(
        "InstallCertificate",
        "Install a root certificate",
        "Makes the station trust a root. The Security tab shows what it is before it is sent.",
        danger="With a wrong root the station may refuse this server or the manufacturer's firmware.",
    ),
    CommandSpec(
        "DeleteCertificate",
        "Delete a root certificate",
        "Makes the station forget a root.",
        danger="Without the root of this server the station cannot connect any more.",
    ),
    CommandSpec(
        "DataTransfer",
        "Send vendor data",
        "Sends a message that only this vendor's stations understand.",
        danger="What it does is up to the vendor.",
    ),
)
