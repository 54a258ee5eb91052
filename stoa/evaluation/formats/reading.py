"""A file of results, of whichever program its content says."""

import hashlib
from pathlib import Path

from stoa.evaluation.formats import every_eval_ever, garak, inspect_logs, lm_eval
from stoa.evaluation.formats.imported import MOST_MEASURES, BadImport, Imported, bytes_of, lines_of, mapping, parsed


def read(path: Path) -> Imported:
    """Read a file in. Raises `BadImport`, and OSError where it can't be opened."""
    found = _read(path)
    if not 0 < len(found.measures) <= MOST_MEASURES:
        raise BadImport(f"{path.name} holds {len(found.measures)} results.")
    return found


def _read(path: Path) -> Imported:
    data = bytes_of(path)
    sha256 = hashlib.sha256(data).hexdigest()
    if data.startswith(b"PK\3\4"):
        return inspect_logs.read(path)
    if b'"entry_type"' in data.partition(b"\n")[0]:
        return garak.read(lines_of(data, path.name), sha256)
    if not data.lstrip().startswith(b"{"):
        raise BadImport(f"{path.name} is no Inspect log, garak report, lm-eval result or Every Eval Ever.")
    if (b'"eval"' in data[:4096] and b'"plan"' in data) or b'"task_id"' in data[:4096]:
        return inspect_logs.read(path)
    found = mapping(parsed(data, path.name))
    if "evaluation_results" in found:
        return every_eval_ever.read(found, sha256)
    if "results" in found and "configs" in found:
        return lm_eval.read(found, path, sha256)
    raise BadImport(f"{path.name} is no Inspect log, garak report, lm-eval result or Every Eval Ever.")
