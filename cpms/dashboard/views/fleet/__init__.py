"""What is done to many stations."""
