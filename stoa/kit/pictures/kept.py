"""Pictures are drawn once for the same content, whoever looks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import ParamSpec

from django.utils.translation import get_language

from stoa.kit.pictures.picture import Picture

P = ParamSpec("P")
MOST = 64


def drawn_once(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Keep the pictures that were drawn last by this process, under a digest of all that goes into each.

    What goes into one must show all of itself in its `repr`, and nobody may change the picture.
    """
    kept: OrderedDict[bytes, Picture] = OrderedDict()
    lock = Lock()

    @wraps(draw)
    def find(*args: P.args, **kwargs: P.kwargs) -> Picture:
        key = sha256(repr((get_language(), args, sorted(kwargs.items()))).encode("utf-8", "surrogatepass")).digest()
        with lock:
            found = kept.get(key)
            if found is not None:
                kept.move_to_end(key)
                return found
        found = draw(*args, **kwargs)
        with lock:
            kept[key] = found
            while len(kept) > MOST:
                kept.popitem(last=False)
        return found

    return find
