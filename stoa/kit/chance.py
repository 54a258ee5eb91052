"""The one source of randomness: ids, nonces, salts and tokens."""

import base64
import secrets
from collections.abc import Callable

_source: Callable[[int], bytes] = secrets.token_bytes


def octets(count: int) -> bytes:
    """`count` random bytes from the operating system."""
    return _source(count)


def opaque_id() -> str:
    """Sixteen characters of lower-case base32: 80 random bits that say nothing about what they name."""
    return base64.b32encode(octets(10)).decode().lower()


def token() -> str:
    """An unguessable token that is safe in an address: 192 bits."""
    return base64.urlsafe_b64encode(octets(24)).decode()


def draw_from(source: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Put another source in place and return the old one; for tests that need two equal worlds."""
    global _source
    before, _source = _source, source
    return before
