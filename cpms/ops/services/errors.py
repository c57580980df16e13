"""What can go wrong while preparing or running a private server, said in one line."""


class ServiceError(Exception):
    """A private server cannot be prepared or started; the text is for the person at the terminal."""
