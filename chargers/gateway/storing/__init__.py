"""What messages want stored, many of them in one commit."""
