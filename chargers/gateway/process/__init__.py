"""What one gateway process runs besides its sockets."""
