"""What is done to many stations: settings, local lists, firmware, logs."""
