"""garak's `report.jsonl`: for each probe and detector how many outputs passed (github.com/NVIDIA/garak, docs on reporting)."""

from collections.abc import Mapping, Sequence
from typing import Any

from stoa.evaluation.formats.imported import BadImport, Imported, Reported, count, text


def read(rows: Sequence[Mapping[str, Any]], sha256: str) -> Imported:
    """A report from its lines. Raises `BadImport` where it has no results."""
    setup = next((row for row in rows if row.get("entry_type") == "start_run setup"), {})
    begun = next((row for row in rows if row.get("entry_type") == "init"), {})
    measures = tuple(_reported(row) for row in rows if row.get("entry_type") == "eval")
    if not measures:
        raise BadImport("The garak report has no results: was the run finished?")
    model = setup.get("plugins.target_name") or setup.get("plugins.model_name")
    attempts = {
        row.get("uuid") for row in rows if row.get("entry_type") == "attempt" and isinstance(row.get("uuid"), str)
    }
    return Imported("garak", f"garak {text(begun.get('garak_version'))}", text(model), measures, len(attempts), sha256)


def _reported(row: Mapping[str, Any]) -> Reported:
    passed, total = count(row.get("passed")), count(row.get("total_evaluated", row.get("total")))
    if passed is None or not total or passed > total:
        raise BadImport(f"The results of {text(row.get('probe'))} don’t add up.")
    return Reported(
        text(row.get("probe")), f"passed {text(row.get('detector'))}", passed / total, None, total, "higher"
    )
