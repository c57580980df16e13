"""Forms of the organisation's settings."""

from typing import Any

from django import forms

from cpms.accounts.roles import OFFERED, Role, label


class MemberForm(forms.Form):
    """Somebody who has an account, and what they shall be here."""

    email = forms.EmailField(label="E-mail address", help_text="They must have signed up already.")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER)


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices)


class ApiKeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(max_length=50, help_text="What will use it.")
    expires_at = forms.DateTimeField(
        label="Valid until", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    scopes = forms.MultipleChoiceField(label="What it may do", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, granted: frozenset[str], **kwargs: Any) -> None:
        """`granted` are the permissions of the person: nobody gives away more than they have."""
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(p, label(p)) for p in OFFERED if p in granted]  # type: ignore[attr-defined]
