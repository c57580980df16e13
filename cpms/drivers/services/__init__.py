"""What drivers do."""
