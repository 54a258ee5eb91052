"""What the clock does for files: forgets what nothing uses, and bytes that a crash left behind."""

from __future__ import annotations

import time
from itertools import islice

from stoa.kit.act import CLOCK
from stoa.kit.files import store
from stoa.kit.files.acts import forget_bytes, forget_unused
from stoa.kit.models import Upload
from stoa.kit.powers import may
from stoa.kit.ticker import every

BATCH = 1_000


@every(3600, slow=True)
def forget_files() -> None:
    """Forget unused files, unfinished ones that nobody goes on with, and bytes without a file."""
    if may(CLOCK, "files.unused.forget"):  # not under a charter from before there were files
        while forget_unused(CLOCK):
            pass
    store.drop_stale()
    settled = (digest for digest, put in store.stored() if time.time() - put > store.KEPT_SECONDS)
    while batch := set(islice(settled, BATCH)):
        named = Upload.objects.filter(digest__in=batch).values_list("digest", flat=True)
        for digest in sorted(batch.difference(named)):
            forget_bytes(digest)
