"""What can go wrong while preparing or running a private server, said in one line."""


class ServiceError(Exception):
    """A private PostgreSQL or Redis cannot be prepared or started; the text is for the person at the terminal."""
