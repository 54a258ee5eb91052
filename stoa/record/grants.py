"""Keeps the log append-only in the database: what the web's role may and may not do to each table."""

from __future__ import annotations

from typing import Any

from django.db import connections

APPEND_ONLY = ("record_entry", "record_placement", "record_checkpoint", "record_blob")
WEB_ROLE = "stoa_app"


def grant_to_web(using: str = "default", **_: Any) -> None:
    """Run after each migration: the web's role uses every table, and of the log's only SELECT and INSERT."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
        if cursor.fetchone() is None:
            return
        cursor.execute("SELECT current_user")
        if cursor.fetchone() == (WEB_ROLE,):
            return
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {WEB_ROLE}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WEB_ROLE}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WEB_ROLE}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {WEB_ROLE}")
        for table in (*APPEND_ONLY, "record_pending", "record_tile", "django_migrations"):
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {WEB_ROLE}")
        cursor.execute(f"GRANT DELETE ON record_pending TO {WEB_ROLE}")
        cursor.execute(f"REVOKE INSERT ON record_tile, record_pending, django_migrations FROM {WEB_ROLE}")
