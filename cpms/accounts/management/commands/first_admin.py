"""The first administrator of an empty installation."""

import json
import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from cpms.accounts.models import Membership, Organisation, User
from cpms.accounts.roles import Role
from cpms.accounts.services.organisations import member_add, organisation_create
from cpms.core.actors import SYSTEM


class Command(BaseCommand):
    """Make an organisation and its owner unless somebody can already sign in; print the password once."""

    help = "Create the first organisation and its administrator"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default="admin@example.com")
        parser.add_argument("--organisation", default="My organisation")
        parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        if Membership.objects.filter(role=Role.OWNER).exists():
            self._say(options["json"], {"users": []}, "An administrator exists already.")
            return
        password = secrets.token_urlsafe(12)
        self._create(options["email"], options["organisation"], password)
        user = {"role": Role.OWNER.value, "email": options["email"], "password": password}
        self._say(options["json"], {"users": [user]}, f"{user['email']}  {password}")

    @transaction.atomic
    def _create(self, email: str, organisation_name: str, password: str) -> None:
        user = User.objects.create_superuser(email, password)
        organisation = Organisation.objects.first() or organisation_create(organisation_name, SYSTEM)
        member_add(organisation, user, Role.OWNER, SYSTEM)

    def _say(self, as_json: bool, data: dict[str, Any], text: str) -> None:
        self.stdout.write(json.dumps(data) if as_json else text)
