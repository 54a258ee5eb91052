"""`stoa lab import FILE --server`: what other programs reported, brought to a server and shown there as imported."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from django.test import Client

pytest.importorskip("inspect_ai")

from stoa.evaluation.formats import every_eval_ever
from stoa.lab.models import ImportedResult
from stoa.people.acts import create_token
from tests.cast import Cast
from tests.cli.server import plain_environment
from tests.evaluation import making
from tests.evaluation.test_formats import GARAK, LM_EVAL, ROW, lines
from tests.live import LiveStoa
from tests.stage import acting

pytestmark = pytest.mark.slow


def bring(file: Path, live: LiveStoa, token: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "stoa.cli", "lab", "import", str(file), "--server", live.address]
    own = {"STOA_TOKEN": token, "COLUMNS": "200"}
    return subprocess.run(
        command, env=plain_environment() | own, capture_output=True, text=True, timeout=120, check=False
    )


def written(folder: Path) -> dict[str, Path]:
    """A file of each program."""
    texts = {
        "garak": ("some.report.jsonl", lines(GARAK)),
        "lm-eval": ("results_2026-01-21T03-44-18.json", json.dumps(LM_EVAL)),
    }
    [ours] = every_eval_ever.written([ROW], source="A community", organisation="Its members", retrieved=1_800_000_000)
    texts["every-eval-ever"] = ("ours.json", json.dumps(ours))
    for name, text in texts.values():
        (folder / name).write_text(text)
    files = {program: folder / name for program, (name, _) in texts.items()}
    return files | {"inspect": making.made(folder, making.plan(count=3))}


def test_files_of_each_program_are_brought_once_and_shown_as_imported(live_stoa: LiveStoa, tmp_path: Path) -> None:
    cast = Cast()
    token = create_token(acting(cast.member), person=cast.member, name="laptop")[1]
    for program, file in written(tmp_path).items():
        done = bring(file, live_stoa, token)
        assert (done.returncode, f"shown as imported: {live_stoa.address}/lab/imported" in done.stderr) == (0, True), (
            done
        )
        row = ImportedResult.objects.get(format=program)
        assert row.source == f"sha256:{sha256(file.read_bytes()).hexdigest()}"
        page = Client().get("/lab/imported", {"format": program}).content.decode()
        assert row.model_name in page
        assert row.suite in page
    garak = ImportedResult.objects.get(format="garak")
    assert garak.measures == {"passed always.Pass": {"value": 0.75, "samples": 8}}
    again = bring(tmp_path / "ours.json", live_stoa, token)
    assert "How many samples is not known." in again.stdout
    assert "They were there before" in again.stderr
    assert ImportedResult.objects.count() == 4


def test_whoever_may_not_bring_results_is_told(live_stoa: LiveStoa, tmp_path: Path) -> None:
    stranger = Cast().stranger
    token = create_token(acting(stranger), person=stranger, name="laptop")[1]
    done = bring(written(tmp_path)["garak"], live_stoa, token)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert not ImportedResult.objects.exists()
