"""The gateway of its own tests serves the foreign chargers too."""

from tests.gateway.conftest import db, gateway, gateway_process

__all__ = ["db", "gateway", "gateway_process"]
