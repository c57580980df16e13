"""The tables of messages, one a version that has one."""

from .v16 import reference as v16

REFERENCES = (v16,)
