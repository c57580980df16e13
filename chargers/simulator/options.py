"""What a simulated station is made of and how it behaves."""

from dataclasses import dataclass

from chargers.ocpp.rpc import Version

VERSIONS = {"1.6": Version.V16, "2.0.1": Version.V201}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the station says of itself in its BootNotification."""

    vendor: str = "Northwind Chargers"
    model: str = "Duo 22"
    serial_number: str = ""
    firmware_version: str = "4.2.0"
    meter_type: str = "NW-MID3"


@dataclass(frozen=True, slots=True)
class Options:
    """Habits of a station. Times are real seconds, but the meter follows the simulated clock.

    `automatic` stations keep time, meter and connection by themselves; others do only what they are told.
    `max_attempts` is how often a transaction message is tried before it is dropped; None never drops one.
    `duplicate_share` of the transaction messages are sent again under a new id after their answer;
    `same_id_share` of the repeats keep the message id. `offline_accepts` starts transactions of unseen tags
    without asking (1.6 AllowOfflineTxForUnknownId). `file_failure` is what goes wrong with firmware and logs:
    "DownloadFailed", "InvalidSignature", "InstallationFailed", "UploadFailed" or nothing.
    `ignores_limits` takes charging profiles and does not obey them, `refuses_profiles` takes none,
    `resumes_unlimited` forgets its limit when it goes on after a pause.
    With `signs` the meters sign the begin and the end of every transaction.
    """

    automatic: bool = False
    call_timeout_s: float = 10.0
    close_timeout_s: float = 1.0
    retry_wait_s: float = 0.5
    max_attempts: int | None = None
    reconnect_min_s: float = 1.0
    reconnect_max_s: float = 30.0
    reboot_s: float = 0.2
    meter_interval_s: float = 60.0
    tick_s: float = 10.0
    clock_offset_s: float = 0.0
    duplicate_share: float = 0.0
    same_id_share: float = 0.5
    offline_accepts: bool = True
    file_failure: str = ""
    ignores_limits: bool = False
    refuses_profiles: bool = False
    resumes_unlimited: bool = False
    signs: bool = False
