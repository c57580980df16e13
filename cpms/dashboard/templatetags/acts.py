"""Who did something, and what it was, in words."""

from django import template

from cpms.core import audit

register = template.Library()


@register.filter
def author(actor_label: str) -> str:
    """`user: jo@example.com` is "jo@example.com", `system: local list` is "this system (local list)"."""
    source, _, name = actor_label.partition(": ")
    if not name:
        return actor_label
    if source == "system":
        return "this system" if name == source else f"this system ({name})"
    return name if source == "user" else f"{source} {name}"


@register.filter
def act(action: str) -> str:
    """The slug of an audit line in words."""
    return audit.words(action)
