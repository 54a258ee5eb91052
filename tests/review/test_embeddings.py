"""Where the operator set a server of embeddings, it tells how close texts are; one that fails keeps no panel from reading."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest

from stoa.kit import clock
from stoa.methods.canonical import parse_object
from stoa.record.models import Entry
from stoa.review import acts
from stoa.review.models import Assignment, Panel, Run
from stoa.verify.assignment import check_assignment
from tests.cast import Cast, browser
from tests.errands import do_errands
from tests.review.embeddings import Served, Way, by_letters, embeddings
from tests.review.panels import FIT
from tests.scenes import Scene
from tests.stage import acting

pytestmark = pytest.mark.django_db


class Letters(Scene):
    """Two texts and two reviewers, who share a letter crosswise and no word; one text each."""

    def set(self) -> None:
        self.cast = Cast()
        self.cast.admit(4)
        self.steward = acting(self.cast.steward)
        deadline = clock.now() + timedelta(days=10)
        self.panel = acts.set_up_panel(self.steward, title="Prize", criteria=[FIT], deadline=deadline, reviews_each=1)
        self.of = dict(zip(["xx", "zz"], self.cast.members[-2:], strict=True))
        for text in ("zzz", "xxx"):
            acts.put_piece(self.steward, panel=self.panel, title="A text", text=text)
        for work, person in self.of.items():
            seat = acts.invite(self.steward, panel=self.panel, person=person, load=1)
            acts.accept(acting(person), seat=seat, load=1, work=work)

    def readers(self) -> dict[str, str]:
        """What the reader of each text works on."""
        of = {person.pk: work for work, person in self.of.items()}
        rows = Assignment.objects.values_list("piece__text", "seat__person")
        return {text: of[person] for text, person in rows}


@pytest.fixture
def letters() -> Letters:
    return Letters()


def _set(settings: Any, served: Served, key: str = "k-secret") -> None:
    settings.STOA = dataclasses.replace(
        settings.STOA, embeddings_url=served.address, embeddings_model="letters:3", embeddings_key=key
    )


def _assigned(letters: Letters) -> dict[str, Any]:
    """Assign on the page, by the worker; the facts on the record."""
    path = f"/reviews/{letters.panel.pk}/panel/assign"
    assert "Reviewers are being assigned" in browser(letters.cast.steward).post(path, follow=True).content.decode()
    assert do_errands() == 1
    facts = parse_object(bytes(Entry.objects.get(type="review.assigned").body))["facts"]
    assert isinstance(facts, dict)
    return facts


def test_a_server_of_embeddings_tells_how_close_texts_are_and_the_record_has_its_model(
    letters: Letters, settings: Any
) -> None:
    with embeddings() as served:
        _set(settings, served)
        facts = _assigned(letters)
    assert letters.readers() == {"zzz": "zz", "xxx": "xx"}
    assert facts["affinity"] == "embedding/1 letters:3"
    assert sorted(served.batches) == [["A text\nzzz", "A text\nxxx", "xx", "zz"]]
    assert (served.models, served.keys) == ({"letters:3"}, {"Bearer k-secret"})
    run = Run.objects.get()
    check_assignment(json.loads(bytes(run.inputs)), json.loads(bytes(run.result)))
    page = browser(letters.cast.steward).get(f"/reviews/{letters.panel.pk}/panel").content.decode()
    assert "embeddings (embedding/1 letters:3)" in page


def _of_several_lengths(texts: list[str]) -> tuple[int, Any]:
    rows = [{"index": n, "embedding": [1.0] * (n + 1)} for n in range(len(texts))]
    return 200, {"data": rows}


def _with_one_too_few(texts: list[str]) -> tuple[int, Any]:
    return by_letters(texts[1:])


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (lambda _: (500, {}), "It answered 500."),
        (lambda _: (401, {"error": "k-secret"}), "It answered 401."),
        (lambda _: (307, {}), "It answered 307."),
        (lambda _: (200, b"<html>"), "Its answer has no vectors of these texts."),
        (lambda _: (200, {"data": [{"index": 0, "embedding": ["a"]}]}), "Its answer has no vectors of these texts."),
        (lambda texts: (200, {"data": [{"index": n, "embedding": [float("nan")]} for n, _ in enumerate(texts)]}),
         "Its answer has no vectors of these texts."),
        (_with_one_too_few, "Its answer has no vectors of these texts."),
        (_of_several_lengths, "Its answer has no vectors of these texts."),
        (lambda _: (200, b" " * 16_000_001), "Its answer is too large."),
    ],
)  # fmt: skip
def test_one_that_fails_leaves_the_assignment_to_words_and_the_page_says_why(
    letters: Letters, settings: Any, way: Way, why: str
) -> None:
    with embeddings(way) as served:
        _set(settings, served)
        facts = _assigned(letters)
    assert (facts["affinity"], facts["pairs"], facts["missing"]) == ("tf-idf/1", 2, 0)
    page = browser(letters.cast.steward).get(f"/reviews/{letters.panel.pk}/panel").content.decode()
    assert why in page
    assert "k-secret" not in page


def test_one_that_is_gone_does_so_too_and_the_next_assignment_asks_it_again(letters: Letters, settings: Any) -> None:
    with embeddings() as served:
        _set(settings, served)
    assert _assigned(letters)["affinity"] == "tf-idf/1"
    assert Run.objects.get().fault == "It can't be reached."
    acts.put_piece(letters.steward, panel=letters.panel, title="A third", text="xz")
    with embeddings() as served:
        _set(settings, served)
        acts.run_assignment(letters.steward, panel=letters.panel)
    assert Run.objects.first().affinity == "embedding/1 letters:3"  # type: ignore[union-attr] # the last


def test_of_an_assignment_in_parts_all_is_by_words_if_the_server_fails_in_the_last(
    letters: Letters, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stoa.review.acts.assigning.AT_ONCE", 2)  # one text for two reviewers

    def fails_later(texts: list[str]) -> tuple[int, Any]:
        return (503, {}) if len(served.batches) > 1 else by_letters(texts)

    with embeddings(fails_later) as served:
        _set(settings, served)
        facts = _assigned(letters)
    assert served.batches == [["A text\nzzz", "xx", "zz"], ["A text\nxxx"]]
    assert facts["affinity"] == "tf-idf/1"
    assert list(Run.objects.values_list("affinity", "pairs")) == [("tf-idf/1", 1), ("tf-idf/1", 1)]
    assert Assignment.objects.count() == 2


def test_texts_go_out_in_batches_and_cut(letters: Letters, settings: Any) -> None:
    for number in range(40):
        acts.put_piece(letters.steward, panel=letters.panel, title=f"Text {number}", text="x" * 9_000)
    with embeddings() as served:
        _set(settings, served, key="")
        acts.run_assignment(letters.steward, panel=letters.panel)
    assert [len(batch) for batch in served.batches] == [32, 12]
    assert max(len(text) for batch in served.batches for text in batch) == 8_000
    assert served.keys == {""}


def test_who_declares_a_conflict_waits_for_no_other_server(letters: Letters, settings: Any) -> None:
    with embeddings() as served:
        _set(settings, served)
        _assigned(letters)
        asked, reader = len(served.batches), letters.of["zz"]
        acts.declare_conflict(acting(reader), panel=Panel.objects.get(), number=1)
        assert len(served.batches) == asked


def test_those_whose_texts_are_sent_elsewhere_are_told_where(letters: Letters, settings: Any) -> None:
    person = letters.cast.members[0]
    acts.invite(letters.steward, panel=letters.panel, person=person, load=1)
    desk = f"/reviews/{letters.panel.pk}"
    assert "another server" not in browser(person).get(desk).content.decode()
    with embeddings() as served:
        _set(settings, served)
    assert "another server, 127.0.0.1" in browser(person).get(desk).content.decode()
