"""The I/O shell around `chargers.ocpp`: sockets in, services and batched writes behind, answers out after COMMIT."""
