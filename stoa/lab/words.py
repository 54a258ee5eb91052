"""How the record's entries about the lab read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from stoa.kit.words import Leaf, Text, Words, counted, register_words
from stoa.lab import events
from stoa.lab.models import ImportedResult, Result, Run

OF_VERSION = {"modelversion": "modelversion", "model": "model"}
RUNS = counted("{n} run", "{n} runs")
FAULTS = counted("{n} fault", "{n} faults")


def _short(digest: str) -> str:
    return f"{digest.removeprefix('sha256:')[:16]}…"


def _measures(measures: Mapping[str, Sequence[str]]) -> SafeString:
    rows = ((name, *values) for name, values in measures.items())
    return format_html_join(", ", "{} {} ± {} ({} samples)", rows) if measures else SafeString("none")


def _begun(leaf: Leaf) -> Text:
    if "reproduces" in leaf["facts"]:
        return _("{actor} began {subject} to reproduce run {reproduces}: {suite} on {modelversion}.")
    return _("{actor} began {subject}: {suite} on {modelversion}.")


register_words(events.ModelRegistered, Words(_("Model registered"), _("{actor} registered the model {subject}.")))
register_words(events.ModelCorrected, Words(_("Model corrected"), _("{actor} corrected the model {subject}.")))
register_words(events.ModelRemoved, Words(_("Model removed"), _("{actor} removed the model {subject}.")))
register_words(
    events.ModelRestored, Words(_("Model put back"), _("{actor} put the model {subject} back on the lists."))
)
register_words(
    events.VersionRegistered,
    Words(
        _("Model version registered"),
        _("{actor} registered the version {subject}."),
        references=OF_VERSION,
        shown={"digest": _short},
    ),
)
register_words(
    events.VersionCorrected,
    Words(_("Model version corrected"), _("{actor} corrected the version {subject}."), references=OF_VERSION),
)
register_words(
    events.VersionRemoved,
    Words(_("Model version removed"), _("{actor} removed the version {subject}."), references=OF_VERSION),
)
register_words(
    events.VersionRestored,
    Words(
        _("Model version put back"), _("{actor} put the version {subject} back on the lists."), references=OF_VERSION
    ),
)
register_words(
    events.PlanRegistered,
    Words(
        _("Plan registered"),
        _("{actor} registered the plan of study {number}, {subject}: digest {plan}."),
        shown={"plan": _short},
    ),
)
register_words(
    events.PlanChanged,
    Words(
        _("Plan changed"),
        _("{actor} changed the plan of {subject}: version {version}, digest {plan}."),
        shown={"plan": _short},
    ),
)
register_words(
    events.StudyClosed,
    Words(_("Study closed"), _("{actor} closed the study {subject} after {runs}."), shown={"runs": RUNS}),
)
register_words(
    events.StudyWithdrawn,
    Words(_("Study withdrawn"), _("{actor} withdrew the study {subject} after {runs}."), shown={"runs": RUNS}),
)
register_words(
    events.KeyRegistered,
    Words(_("Run key registered"), _("{actor} signs logs with the key {key} from now on."), shown={"key": _short}),
)
register_words(
    events.KeyEnded,
    Words(_("Run key ended"), _("{actor} signs no more logs with the key {key}."), shown={"key": _short}),
)
register_words(
    events.RunBegun,
    Words(
        _("Run begun"),
        _begun,
        references={"study": "study", "modelversion": "modelversion"},
        shown={"plan": _short, "nonce": _short},
    ),
)
register_words(
    events.RunFailed,
    Words(_("Run failed"), _("{actor} said that {subject} failed."), references={"study": "study"}),
)
register_words(
    events.ReproductionCommitted,
    Words(
        _("Reproduction committed to"), _("{actor} committed to the log of {subject}."), shown={"commitment": _short}
    ),
)
register_words(
    events.RunSubmitted,
    Words(
        _("Log sent in"),
        _("{actor} sent in the log of {subject}: digest {log}."),
        references={"study": "study"},
        shown=dict.fromkeys(("log", "key", "signature", "salt", "commitment"), _short),
    ),
)
register_words(
    events.RunChecked,
    Words(
        _("Log checked"),
        _("The log of {subject} was checked: {verdict}, {faults}; {measures}."),
        references={"study": "study"},
        shown={
            "verdict": lambda code: Run.Verdict(code).label if code in Run.Verdict.values else code,
            "faults": FAULTS,
            "measures": _measures,
        },
    ),
)
register_words(
    events.RunSetAside,
    Words(
        _("Run set aside"),
        _("{actor} let {subject} count no more."),
        references={"study": "study"},
    ),
)
register_words(
    events.RunCountsAgain,
    Words(_("Run counts again"), _("{actor} let {subject} count again."), references={"study": "study"}),
)
register_words(
    events.ResultSettled,
    Words(
        _("Result settled"),
        _("What {subject} gave counts as {state} from now on."),
        references={"study": "study"},
        shown={"state": lambda code: Result.State(code).label if code in Result.State.values else code},
    ),
)
register_words(
    events.ResultsImported,
    Words(
        _("Results imported"),
        _("{actor} took {results} from a file ({format})."),
        shown={
            "results": counted("{n} result", "{n} results"),
            "format": lambda code: ImportedResult.Format(code).label if code in ImportedResult.Format.values else code,
        },
    ),
)
register_words(events.ImportRemoved, Words(_("Imported result removed"), _("{actor} removed an imported result.")))
