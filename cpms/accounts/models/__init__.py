"""Users, organisations, memberships and API keys."""

from .api_key import ApiKey
from .organisation import Membership, Organisation
from .user import User

__all__ = ["ApiKey", "Membership", "Organisation", "User"]
