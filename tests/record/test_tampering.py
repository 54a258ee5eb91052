"""Whatever is done to the tables of a finished round, to what it serves or to its bundle: `stoa verify` names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stoa.agenda.models import Round
from stoa.verify import Check, Report, verify
from tests.record.finished import Tables, bundle_of, finished_round, tampered
from tests.record.kinds import KINDS, Kind
from tests.verify.community import zipped
from tests.verify.conftest import Site, site

__all__ = ["site"]


@dataclass(frozen=True)
class Honest:
    """What was served before anybody tampered, and where somebody remembers that they saw it."""

    round: Round
    files: dict[str, bytes]
    bundle: dict[str, bytes]
    seen: Path
    head: Path


@pytest.fixture(scope="module")
def honest(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Honest]:
    folder = tmp_path_factory.mktemp("honest")
    with django_db_blocker.unblock(), finished_round() as round_:
        files, bundle = Tables().served(), bundle_of(round_)
        (folder / "head.txt").write_bytes(files["checkpoint"])
        yield Honest(round_, files, bundle, folder / "seen", folder / "head.txt")


def look(site: Site, honest: Honest, kind: Kind, state: Path) -> Report:
    """Tamper, and let the observer of this kind look."""
    if kind.by == "returning":
        site.files = honest.files
        assert verify(site.url, state=state).exit_code == 0
    if kind.on == "bundle":
        members = dict(honest.bundle)
        kind.tamper(members)
        path = state.with_suffix(".zip")
        path.write_bytes(zipped(members))
        return verify(str(path), state=state)
    site.files = files_of(honest, kind)
    return verify(site.url, state=state, compare=honest.head if kind.by == "two observers" else None)


def files_of(honest: Honest, kind: Kind) -> dict[str, bytes]:
    """What is served after tampering."""
    if kind.on == "served copy":
        files = dict(honest.files)
        kind.tamper(files)
        return files
    with tampered(anew=kind.on == "signed anew") as tables:
        kind.tamper(tables)
        if tables.anew:
            tables.sign_anew()
        return tables.served()


@pytest.mark.slow
def test_untouched_it_passes_every_check(site: Site, honest: Honest, tmp_path: Path) -> None:
    site.files = honest.files
    (tmp_path / "bundle.zip").write_bytes(zipped(honest.bundle))
    for target in (site.url, str(tmp_path / "bundle.zip")):
        report = verify(target, state=tmp_path / "state")
        assert (report.exit_code, report.first_failure, report.stopped) == (0, None, "")
        assert "vote.certificate" in {check.code for check in report.checks}
    with tampered(anew=True) as tables:
        tables.sign_anew()
        site.files = tables.served()
    assert verify(site.url, state=tmp_path / "state").exit_code == 0, "signing anew alone changes nothing"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_each_kind_of_tampering_is_named(site: Site, honest: Honest, tmp_path: Path, kind: Kind) -> None:
    report = look(site, honest, kind, tmp_path / "state")
    found = report.first_failure
    assert isinstance(found, Check), report.stopped or "nothing was found"
    assert (report.exit_code, found.code) == (1, kind.check), found.detail
    assert kind.says in found.detail


@pytest.mark.prove
def test_the_report_of_all_kinds(
    site: Site, honest: Honest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, named = [], 0
    for number, kind in enumerate(KINDS):
        found = look(site, honest, kind, tmp_path / str(number)).first_failure
        named += found is not None and found.code == kind.check and kind.says in found.detail
        rows.append((kind.name, kind.on, kind.by, found.code if found else "not found"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    with capsys.disabled():
        print(f"\n\nTampering: {named} of {len(KINDS)} kinds named by stoa verify\n", *lines, sep="\n")  # noqa: T201
    assert named == len(KINDS)
