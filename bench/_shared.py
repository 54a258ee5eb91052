"""What every benchmark says of the machine that its figures are of."""

import gc
import os
import platform


def machine() -> str:
    """The machine, in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, Python {platform.python_version()}"


def collect_as_a_web_process() -> None:
    """Look for garbage no more often than a web process does, which leaves out what it loaded at its start."""
    from stoa.config.asgi import collect_seldom

    gc.collect()
    collect_seldom()
