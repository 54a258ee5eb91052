"""The database and the live server, for tests of what uses Django."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.plugin import blocking_manager_key

from stoa.kit.environment import environment
from stoa.kit.files import store
from tests import postgres
from tests.cast import Cast
from tests.live import LiveStoa, serving

_run = ExitStack()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the one server of this run and collect the static files; workers of pytest-xdist share both."""
    if not hasattr(session.config, "workerinput"):
        with session.config.stash[blocking_manager_key].unblock():
            _run.enter_context(postgres.server())
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def pytest_sessionfinish() -> None:
    """The server ends with the run."""
    _run.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A clone of the migrated template for this process, in place of the database that Django would make."""
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(postgres.clone())
        yield
        stack.enter_context(django_db_blocker.unblock())


@pytest.fixture(scope="session", autouse=True)
def files_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files that tests send lie apart from the data folder, of which other workers write backups meanwhile."""
    apart = SimpleNamespace(files=tmp_path_factory.mktemp("files"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "environment", lambda: apart)
        yield


@pytest.fixture
def cloned_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of this test's own in which transactions commit: for threads, triggers at commit and NOTIFY.

    Emptying tables, as Django does after such a test, is what the record forbids.
    """
    with django_db_blocker.unblock(), postgres.clone() as name:
        yield name


@pytest.fixture
def live_stoa(cloned_db: str) -> Iterator[LiveStoa]:
    """The whole server in threads of this process, on a database of its own; the clock is the test's."""
    with serving() as live:
        yield live


@pytest.fixture
def cast() -> Cast:
    """A community in which every part is played."""
    return Cast()


@pytest.fixture
def about(cast: Cast) -> str:
    """The reference of a question that can be talked about."""
    return cast.question(cast.round(), "What leaks?", cost=10, by=cast.author).reference


@pytest.fixture
def alone_with_backups() -> Iterator[None]:
    """Nobody else writes a backup meanwhile: the data folder, which the workers of a run share, keeps one list of them."""
    with _locked(fcntl.LOCK_EX):
        yield


@pytest.fixture
def beside_backups() -> Iterator[None]:
    """Writes backups, when nobody wants to be alone with theirs."""
    with _locked(fcntl.LOCK_SH):
        yield


@contextmanager
def _locked(how: int) -> Iterator[None]:
    with (environment().data / "backups.lock").open("w") as file:
        fcntl.flock(file, how)
        yield
