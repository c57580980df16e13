"""Cursor pagination: stable under inserts, bounded in size."""

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    """`?cursor=` walks the pages, `?limit=` sets their size (at most 500). Newest first unless a view says otherwise."""

    page_size_query_param = "limit"
    page_size = 50
    max_page_size = 500
    ordering = "-id"
