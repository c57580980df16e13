"""The arithmetic of smart charging: no database, no network, no clock."""
