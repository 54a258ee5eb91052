"""`stoa organisations`: lists are loaded, and an address is recognised by them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from stoa.cli import organisations
from stoa.kit.faults import Fault
from stoa.members.models import KnownDomain
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands work on the database of the test."""

    @contextmanager
    def opened(_: Any) -> Any:
        yield

    monkeypatch.setattr(organisations, "opened", opened)


def test_lists_are_loaded_and_an_address_is_recognised_by_them(tmp_path: Path, capsys: Any) -> None:
    Cast()
    names, stopped = tmp_path / "swot_domains.csv", tmp_path / "stoplist.txt"
    names.write_text("domain,names\na.ac.uk,A University\nb.ac.uk,B University\n")
    stopped.write_text("b.ac.uk\n")
    organisations.load([names, stopped], as_json=True)
    assert json.loads(capsys.readouterr().out) == {"domains": 2}
    for address, organisation, kind in (
        ("x@student.a.ac.uk", "A University", "student"),
        ("x@b.ac.uk", "", "unknown"),
    ):
        organisations.recognise(address, as_json=True)
        told = json.loads(capsys.readouterr().out)
        assert (told["organisation"], told["kind"]) == (organisation, kind)
    organisations.recognise("x@a.ac.uk")
    assert "A University (GB): a.ac.uk is in the lists" in capsys.readouterr().out


def test_a_file_that_is_no_list_changes_nothing_and_is_named(tmp_path: Path) -> None:
    KnownDomain.objects.create(domain="a.edu", name="A")
    wrong = tmp_path / "letters.txt"
    wrong.write_text("a.edu\n")
    with pytest.raises(Fault, match=r"letters\.txt is none of these lists"):
        organisations.load([wrong])
    with pytest.raises(Fault, match="can't be read"):
        organisations.load([tmp_path / "missing.csv"])
    assert KnownDomain.objects.count() == 1
