"""The one refusal of this package."""


class Unreadable(ValueError):
    """A record, a key, a signature or a container that cannot be understood; the text says why, in words."""
