"""How a form hands its values to a service and takes back what the service refuses."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest

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


def refuse(form: forms.BaseForm, error: ValidationError) -> None:
    """Put each message beside its field, or on top when the form has no such field."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for name, texts in by_field.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
