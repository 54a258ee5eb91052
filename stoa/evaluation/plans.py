"""A plan as JSON (`stoa-plan/1`) and what its digest covers, for the server that registers it and whoever runs or checks by it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

FORMAT = "stoa-plan/1"
BESIDE = frozenset({"digest", "entry"})
"""What stands beside a plan when a server gives it out, and is no part of it: its digest, and where the record holds that."""


def digest_of(plan: Mapping[str, Any]) -> str:
    """`sha256:` and 64 hexadecimal digits, of the plan's canonical form (RFC 8785) without `digest` and `entry`."""
    bare = {name: value for name, value in plan.items() if name not in BESIDE}
    return f"sha256:{hashlib.sha256(rfc8785.dumps(bare)).hexdigest()}"
