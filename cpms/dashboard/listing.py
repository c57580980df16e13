"""Lists whose search, filter, order and page all live in the address."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest

PAGE_SIZE = 50


def paginate(request: HttpRequest, rows: QuerySet[Any], size: int = PAGE_SIZE) -> Page[Any]:
    """The page the address asks for; nonsense shows the first, too large a number the last one."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def ordered(
    request: HttpRequest, rows: QuerySet[Any], columns: Mapping[str, str], default: str
) -> QuerySet[Any]:
    """Order by `?sort=name` or `?sort=-name`. `columns` maps names of the address to model fields.

    An unknown name falls back to `default`. Empty values come last either way; the key makes the order total.
    """
    wanted = request.GET.get("sort") or default
    if wanted.lstrip("-") not in columns:
        wanted = default
    field = F(columns[wanted.lstrip("-")])
    descending = wanted.startswith("-")
    return rows.order_by(
        OrderBy(field, descending=descending, nulls_last=True), "-pk" if descending else "pk"
    )


def text(request: HttpRequest, name: str, longest: int = 100) -> str:
    """A trimmed text of the address; NUL bytes, which PostgreSQL refuses, are dropped."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:longest]


def chosen(request: HttpRequest, name: str, allowed: list[str]) -> str:
    """A value of the address if it is one of the allowed ones, else an empty text."""
    value = request.GET.get(name, "")
    return value if value in allowed else ""


def posted(request: HttpRequest, name: str, longest: int = 100) -> str:
    """A trimmed text of a submitted form, without NUL."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:longest]
