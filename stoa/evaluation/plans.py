"""A plan as JSON (`stoa-plan/1`) and what its digest covers, for the server that registers it and whoever runs or checks by it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

FORMAT = "stoa-plan/1"
BESIDE = frozenset({"digest", "entry", "texts_removed"})
"""What stands beside a plan when a server gives it out, and is no part of it: its digest, where the record holds that, and
whether its texts were removed, so that the digest can't be worked out any more."""


def digest_of(plan: Mapping[str, Any]) -> str:
    """`sha256:` and 64 hexadecimal digits, of the plan's canonical form (RFC 8785) without `digest` and `entry`."""
    bare = {name: value for name, value in plan.items() if name not in BESIDE}
    return f"sha256:{hashlib.sha256(rfc8785.dumps(bare)).hexdigest()}"


def registered_digest(plan: Mapping[str, Any]) -> str:
    """The digest under which a plan was registered: its own or, where its texts were removed, the one that stands beside it."""
    return str(plan["digest"]) if plan.get("texts_removed") and plan.get("digest") else digest_of(plan)
