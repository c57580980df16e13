"""Takes away what tests committed."""

from functools import cache

from django.db import connection, transaction

# Rows that migrations made.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def delete_all_rows() -> None:
    """Empty all tables at once, those whose triggers forbid it as well.

    Deleting takes milliseconds where TRUNCATE takes a third of a second, and needs no exclusive locks.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_everything())


@cache
def _everything() -> str:
    """One statement a table, in one go."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    return ";".join(f'DELETE FROM "{table}"' for table in sorted(tables - KEPT))
