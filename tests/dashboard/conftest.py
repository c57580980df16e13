"""Signed-in browsers without a browser."""

from collections.abc import Callable

import pytest
from django.test import Client

from cpms.accounts.models import User
from cpms.accounts.roles import Role
from tests.worlds import World

SignIn = Callable[[Role], Client]


def client_of(user: User) -> Client:
    """A client that is signed in as this person."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(world: World) -> Client:
    """The owner's client; the organisation has one of everything."""
    world.furnish()
    return client_of(world.owner)


@pytest.fixture
def signed_in(world: World) -> SignIn:
    """A client of a new member with a role."""
    return lambda role: client_of(world.owner if role == Role.OWNER else world.person(role))
