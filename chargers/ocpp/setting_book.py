"""What a protocol version says about the settings of its stations."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingBook:
    """The settings the text of a version names, and how stations may be asked for them."""

    # Whether one request can ask for everything.
    reads_all: bool
    # The setting that says how many names one request may have; "" when the version has none.
    limit_name: str
    # How many names are asked for at once while the station has not said it.
    most_names: int
    # What the text names, for stations that cannot be asked for everything.
    standard: tuple[str, ...]
    # What every station must have; asked for by name when it was missing among everything.
    required: tuple[str, ...]
    # The settings that hold the longest local list, and the longest message about it, in entries.
    list_length_name: str
    list_message_name: str
