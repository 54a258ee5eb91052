"""Settings of the tests: those of the program, on a data folder of their own."""

import fcntl
import os
import tempfile
from pathlib import Path

CACHED = Path(__file__).parent.parent / ".pytest_cache" / "stoa"


def _folder() -> str:
    """The folder kept between runs, so that only a changed migration is run again; another where a run has it now."""
    CACHED.parent.mkdir(exist_ok=True)
    lock = os.open(CACHED.with_suffix(".lock"), os.O_RDWR | os.O_CREAT)  # held until this process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return tempfile.mkdtemp(prefix="stoa-tests-")
    return str(CACHED)


for _name in ("DATABASE_URL", "DATABASE_OWNER_URL", "STOA_PORT", "STOA_ROLE", "STOA_SMTP_URL", "STOA_PROXY"):
    os.environ.pop(_name, None)
if "STOA_TESTS_DATA" not in os.environ:  # workers of pytest-xdist inherit it
    os.environ["STOA_TESTS_DATA"] = _folder()
os.environ["STOA_DATA"] = os.environ["STOA_TESTS_DATA"]
os.environ["STOA_ADDRESS"] = "http://stoa.test"
os.environ["STOA_SECRET_KEY"] = "the tests' key, known to everyone"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the thread of the test that uses the tables

from stoa.config.settings import *  # noqa: E402, F403 - the program's settings, read with the variables above

DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405 - threads would hold on to databases that tests drop
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
