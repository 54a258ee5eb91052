"""What the web's processes count together, such as wrong codes: Django's cache in a table that a crash may empty."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from stoa.kit.models import Count

_PUT = "INSERT INTO kit_count (key, value, expires) VALUES (%s, %s, %s) ON CONFLICT (key) DO UPDATE SET "
_VALUES = "value = excluded.value, expires = excluded.expires"


class SharedCache(BaseCache):
    """Whatever JSON can hold, until it expires. A limit holds however many processes answer, and a code is used up once.

    Nothing is pushed out by anything else: an attacker can't make room by asking under many names.
    """

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value kept under this key."""
        kept = Count.objects.filter(key=self.make_key(key, version), expires__gt=time.time())
        value = kept.values_list("value", flat=True).first()
        return default if value is None else json.loads(value)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value for so many seconds."""
        with connection.cursor() as cursor:
            cursor.execute(f"{_PUT}{_VALUES}", self._row(key, value, timeout, version))

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value unless there is one; of several who try at once, one is told that it did."""
        with connection.cursor() as cursor:
            row = self._row(key, value, timeout, version)
            cursor.execute(f"{_PUT}{_VALUES} WHERE kit_count.expires <= %s RETURNING 1", [*row, time.time()])
            return cursor.fetchone() is not None

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value; whether there was one."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM kit_count WHERE key = %s", [self.make_key(key, version)])
            return bool(cursor.rowcount)

    def clear(self) -> None:
        """Forget everything."""
        Count.objects.all().delete()

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> list[Any]:
        until = self.get_backend_timeout(timeout)
        return [self.make_key(key, version), json.dumps(value), float("inf") if until is None else until]


def rise(key: str, seconds: float) -> int:
    """Count one more under this key, and say how many there are; the first of them begins a span of so many seconds."""
    now = time.time()
    with connection.cursor() as cursor:
        cursor.execute(_RISE, [key, now + seconds, now, now])
        return int(cursor.fetchone()[0])


_RISE = (
    "INSERT INTO kit_count (key, value, expires) VALUES (%s, '1', %s) ON CONFLICT (key) DO UPDATE SET"
    " value = CASE WHEN kit_count.expires <= %s THEN '1' ELSE (kit_count.value::int + 1)::text END,"
    " expires = CASE WHEN kit_count.expires <= %s THEN excluded.expires ELSE kit_count.expires END RETURNING value"
)


def forget_expired() -> None:
    """Delete what no longer counts, and with it the addresses that it was counted for."""
    Count.objects.filter(expires__lte=time.time()).delete()
