"""OCPP 2.0.1 (edition 3) on the wire."""
