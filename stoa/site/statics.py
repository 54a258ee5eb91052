"""Names of static files: each changes with its content and is worked out once in a process."""

from __future__ import annotations

from functools import cached_property

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class NamedFiles(ManifestStaticFilesStorage):
    """Django's storage, whose files keep their names until the process ends."""

    @cached_property
    def _addresses(self) -> dict[str | None, str]:
        return {}

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file; raises `ValueError` where there is none."""
        if force or name not in self._addresses:
            self._addresses[name] = super().url(name or "", force)
        return self._addresses[name]
