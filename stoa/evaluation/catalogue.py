"""All suites that Stoa has, by name; and the versions of them that plans were made with before."""

from __future__ import annotations

from stoa.evaluation.suites.canary_exposure import CANARY_EXPOSURE
from stoa.evaluation.suites.context_leak import CONTEXT_LEAK
from stoa.evaluation.suites.direct_injection import DIRECT_INJECTION
from stoa.evaluation.suites.indirect_injection import INDIRECT_INJECTION
from stoa.evaluation.suites.jailbreak import JAILBREAK, JAILBREAK_1
from stoa.evaluation.suites.min_k import MIN_K
from stoa.evaluation.suites.over_refusal import OVER_REFUSAL
from stoa.evaluation.suites.prefix_extraction import PREFIX_EXTRACTION
from stoa.evaluation.suites.prompt_leak import PROMPT_LEAK
from stoa.evaluation.suites.refusal import REFUSAL
from stoa.evaluation.suites.rows import set_digest
from stoa.evaluation.suites.small_checks import SMALL_CHECKS, SMALL_CHECKS_1
from stoa.evaluation.words import Suite

SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        CANARY_EXPOSURE,
        PREFIX_EXTRACTION,
        MIN_K,
        CONTEXT_LEAK,
        REFUSAL,
        OVER_REFUSAL,
        DIRECT_INJECTION,
        INDIRECT_INJECTION,
        PROMPT_LEAK,
        JAILBREAK,
        SMALL_CHECKS,
    )
}

EARLIER: tuple[Suite, ...] = (JAILBREAK_1, SMALL_CHECKS_1)
"""No plan gets them any more, but studies that have them are run, reproduced and checked by them."""


def suite_of(name: str, version: str) -> Suite | None:
    """A suite in this version, where it is known here."""
    return next((one for one in every_version().values() if (one.name, one.version) == (name, version)), None)


def every_version() -> dict[str, Suite]:
    """All versions of all suites, by name and version."""
    return {f"{one.name}@{one.version}": one for one in (*EARLIER, *SUITES.values())}


__all__ = ["EARLIER", "SUITES", "every_version", "set_digest", "suite_of"]
