"""How a form hands its values to a service and takes back what the service refuses."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from cpms.core.form_errors import refuse

T = TypeVar("T")


def submitted(request: HttpRequest) -> Any:
    """The form data of a POST, else None for an unbound form."""
    return request.POST if request.method == "POST" else None


def save(form: forms.BaseForm, write: Callable[..., T], **more: Any) -> T | None:
    """Call the service with the cleaned values; None when it refuses, with the reasons in the form."""
    if not form.is_valid():
        return None
    try:
        return write(**form.cleaned_data, **more)
    except ValidationError as error:
        refuse(form, error)
        return None
