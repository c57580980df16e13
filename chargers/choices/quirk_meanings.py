"""The sentences of the catalogue of quirks, by code."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "extra_field": "Messages carry fields the specification does not have. "
        "They stay in the message log and are otherwise ignored.",
        "wrong_case_field": "Field names are written with other capitals. "
        "They are read as the field that is meant.",
        "duplicate_field": "A message names one field twice. In messages of transactions the last one counts; "
        "others are refused.",
        "null_field": "Fields that have no value are sent as null instead of being left out. "
        "They are read as absent.",
        "field_invalid": "A required field has a value that cannot be used. "
        "A transaction message is kept and answered all the same.",
        "field_dropped": "An optional field has a value that cannot be used. "
        "It is left out; the rest of the message counts.",
        "item_dropped": "A list has entries that cannot be used. They are left out; their neighbours count.",
        "empty_list": "A list that needs an entry is empty. It is read as empty.",
        "empty_meter_value": "Meter values come without any sample. "
        "They are acknowledged; there is nothing to store.",
        "string_too_long": "Texts are longer than allowed. They are kept up to 255 characters.",
        "control_chars": "Texts contain control characters, often at their end. "
        "These are removed before anything is compared.",
        "number_for_string": "Numbers stand where texts belong. They are read as their text.",
        "string_for_number": "Numbers are sent as texts. They are read as numbers.",
        "string_for_boolean": "Yes and no are sent as texts. They are read as what they say.",
        "float_for_integer": "Whole numbers are written with decimals. They are read as whole numbers.",
        "fraction_dropped": "Meter registers come with fractions of a watt-hour. They are rounded.",
        "decimal_comma": "Decimals are written with a comma. It is read as a point.",
        "number_invalid": "Something that is no plain number stands where a number belongs: "
        "NaN, an exponent, an empty text.",
        "wrong_case_enum": "Fixed words are written with other capitals. "
        "They are read as the word that is meant.",
        "enum_alias": "Fixed words are spelled another way (Celcius, Hz, Occupied). "
        "They are read as the standard's word.",
        "unknown_enum": "Words are used that the specification does not have. "
        "The nearest one that claims least is taken.",
        "quarantined": "A transaction message made no sense even when mended. "
        "It was stored, answered and set aside for a person.",
        "refused": "A message could not be understood and was answered with an error. "
        "The message log shows which and why.",
        "other_version": "Messages are written in another OCPP version than the connection was opened for. "
        "They are refused.",
        "too_many_samples": "One message carries more meter readings than are looked at. "
        "The first ones count; the message is kept whole.",
        "timestamp_no_zone": "Times have no time zone. They are read as UTC.",
        "timestamp_format": "Times are written another way (a blank for the T, an offset of hours only). "
        "They are read all the same.",
        "timestamp_invalid": "Times cannot be read. The time of receipt is used.",
        "timestamp_implausible": "Times lie before 2010, more than a year back or in the future. "
        "The time of receipt is used.",
        "timestamp_missing": "Required times are missing. The time of receipt is used.",
        "clock_wrong": "The clock is more than ten minutes off. "
        "Set it, or let the station boot: it takes our time then.",
        "no_subprotocol": "The handshake names no OCPP version. It is served as OCPP 1.6.",
        "odd_subprotocol": "The handshake offers OCPP versions that do not exist or are written in another case. "
        "The best known is used.",
        "no_common_version": "The handshake offers only OCPP versions nobody knows. "
        "The connection is closed at once.",
        "version_changed": "The OCPP version changes from one connection to the next. "
        "Each connection is served in its own.",
        "url_spelling": "The address is written with extra slashes or percent signs. "
        "It is read as the plain one.",
        "key_form": "The password is sent in another form of the same bytes: "
        "hexadecimal text for raw bytes, or the reverse.",
        "replaces_itself": "A new connection is opened while the old one still stands. "
        "The newest one is served.",
        "broken_frames": "WebSocket frames break their protocol (reserved bits, no mask, bad UTF-8). "
        "The connection is closed.",
        "oversized_frame": "Messages are larger than 1 MiB. The connection is closed.",
        "binary_frame": "Messages come as binary frames. The connection is closed.",
        "floods": "More messages are sent than can be meant. "
        "The station is read slowly, then the connection is closed.",
        "no_pong": "WebSocket pings are not answered. Any message counts as a sign of life instead.",
        "half_dead": "Our requests stay unanswered while the connection stands. "
        "It is closed, so that the station comes anew.",
        "before_boot": "Other messages come before the BootNotification. They are served.",
        "repeated_boot": "BootNotification is repeated on one connection. "
        "It refreshes the facts; running sessions go on.",
        "reboot_while_charging": "The station boots while sessions are open and says nothing of them. "
        "They stay open, marked as uncertain.",
        "trigger_refused": "A request to boot again (TriggerMessage) is refused or not answered. "
        "It is not asked again.",
        "message_id_number": "Message ids are numbers instead of texts. They are sent back as they came.",
        "message_id_long": "Message ids are longer than 36 characters. They are sent back as they came.",
        "message_id_reused": "Message ids repeat within one connection. "
        "Repeats are recognised by their content instead.",
        "unreadable_frame": "Some messages are no OCPP message at all (no JSON, unknown message type). "
        "They are ignored or refused.",
        "late_answer": "Answers come after their time was over. "
        "They are kept with the command, and change nothing any more.",
        "unsolicited_answer": "Answers come to requests nobody made, or twice. They are ignored.",
        "odd_error": "Error answers have missing or extra parts, or invented codes. They are read as errors.",
        "unusable_answer": "Answers to our requests break their schema. "
        "The command counts as failed; the answer is kept.",
        "connector_invalid": "A session is reported at a connector that cannot be. "
        "It is kept without a place.",
        "too_many_connectors": "More connectors are named than a station can have. "
        "Those beyond 64 are not shown.",
        "token_missing": "A session is started without an ID tag. It is kept and answered as unauthorised.",
        "token_invalid": "ID tags of an unknown kind or form are sent. They are answered as unknown.",
        "event_type_invalid": "Transaction events do not say whether they start, update or end. "
        "They are read as updates.",
        "seq_no_invalid": "The sequence numbers of transaction events cannot be used. "
        "Their order is taken from their times.",
        "meter_invalid": "A meter register is negative, absurd or no number. "
        "The energy is taken from the readings, if there are any.",
        "meter_backwards": "The meter register runs backwards within a session. "
        "The energy is the sum of its forward steps.",
        "meter_unit": "The meter register does not fit the power that was measured: "
        "kWh may be labelled as Wh, or the reverse.",
        "transaction_id_invalid": "Sessions are named by 0, -1 or another number we never give out. "
        "They are found by place and tag instead.",
        "repeated_start": "The same start comes again under another message id. "
        "It gets the same answer and makes no second session.",
        "repeated_stop": "The same stop comes again. It is answered again and changes nothing.",
        "stop_conflict": "A second, different stop of one session came. The first one stands.",
        "stop_without_start": "A stop came for a session nobody knows. It is kept for a person to look at.",
        "stop_missing": "A session never got its stop. Its end was inferred from what came after.",
        "stop_tag": "A stop carries a text that is no ID tag of ours. A stop is never refused for it.",
        "charging_without_start": "A connector says Charging before its session has started. "
        "Statuses are taken in any order.",
        "late_readings": "Meter values come after the stop of their session. They are added to it.",
        "setting_not_kept": "A setting was accepted, but reads back otherwise. "
        "The command shows what was read.",
        "vendor_messages": "Vendor messages (DataTransfer) come that nobody here understands. "
        "They are answered so and kept.",
    }
)
