"""What a user can meet is documented: acts, settings, commands; and what documents link to exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
from django.urls import reverse

from stoa.charter.text import DEFAULT, read
from stoa.cli import app
from stoa.kit.act import ACTS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_every_act_is_documented_as_it_is() -> None:
    rows = [line for line in (ROOT / "docs/acts.md").read_text().splitlines() if line.startswith("| `")]
    assert rows == [f"| `{name}` | {spec.kind} | {spec.summary} |" for name, spec in sorted(ACTS.items())]


def test_the_charter_that_ships_names_every_act_and_no_other() -> None:
    assert set(read(DEFAULT.read_text(encoding="utf-8")).powers) == set(ACTS)


def test_every_command_is_documented() -> None:
    told = (ROOT / "docs/operators/commands.md").read_text()
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # the app is a group of commands
    shown = [name for name, command in commands.items() if not command.hidden]
    assert [name for name in shown if f"stoa {name}" not in told] == []


@pytest.mark.django_db
def test_every_operation_of_the_api_says_what_it_does(client) -> None:
    schema = client.get(reverse("api:openapi-json")).json()
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    assert operations
    assert [o["operationId"] for o in operations if not (o.get("summary") and o.get("description"))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#|/)([^)#\s]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
