"""What a charger got wrong and was forgiven."""

from __future__ import annotations

from enum import StrEnum


class Quirk(StrEnum):
    """What had to be forgiven; the value is the code stored with the station."""

    EXTRA_FIELD = "extra_field"
    WRONG_CASE_FIELD = "wrong_case_field"
    NULL_FIELD = "null_field"
    FIELD_INVALID = "field_invalid"
    FIELD_DROPPED = "field_dropped"
    ITEM_DROPPED = "item_dropped"
    EMPTY_LIST = "empty_list"
    EMPTY_METER_VALUE = "empty_meter_value"
    STRING_TOO_LONG = "string_too_long"
    CONTROL_CHARACTERS = "control_chars"
    NUMBER_FOR_STRING = "number_for_string"
    STRING_FOR_NUMBER = "string_for_number"
    STRING_FOR_BOOLEAN = "string_for_boolean"
    FLOAT_FOR_INTEGER = "float_for_integer"
    FRACTION_DROPPED = "fraction_dropped"
    DECIMAL_COMMA = "decimal_comma"
    NUMBER_INVALID = "number_invalid"
    WRONG_CASE_ENUM = "wrong_case_enum"
    ENUM_ALIAS = "enum_alias"
    UNKNOWN_ENUM = "unknown_enum"
    TIMESTAMP_NO_ZONE = "timestamp_no_zone"
    TIMESTAMP_FORMAT = "timestamp_format"
    TIMESTAMP_INVALID = "timestamp_invalid"
    TIMESTAMP_IMPLAUSIBLE = "timestamp_implausible"
    TIMESTAMP_MISSING = "timestamp_missing"
    QUARANTINED = "quarantined"


Notes = dict[Quirk, None]
"""An ordered set."""
