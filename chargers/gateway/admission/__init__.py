"""Who may open a socket, and what one socket may cost."""
