"""What is learned about stations from how they behave."""
