from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from stoa.kit import moderated
from stoa.kit.moderated import Moderated, Piece, State, register_moderated


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Piece]:
    """A kind with two pieces, `note:1` and `note:2`."""
    monkeypatch.setattr(moderated, "_moderated", {})
    kept = {"1": Piece("ada", State.STANDING, "One"), "2": Piece(None, State.HELD, "Two")}

    def find(ids: Sequence[str]) -> Mapping[str, Piece]:
        return {i: kept[i] for i in ids if i in kept}

    def set_state(identifier: str, state: State) -> None:
        kept[identifier] = Piece(kept[identifier].author_id, state, kept[identifier].text)

    register_moderated(Moderated("note", find, set_state, signed=False))
    return kept


def test_pieces_are_found_by_reference_and_what_is_none_is_left_out(notes: dict[str, Piece]) -> None:
    found = moderated.pieces(["note:2", "note:1", "note:2", "note:9", "person:ada", "note", ""])
    assert found == {"note:2": notes["2"], "note:1": notes["1"]}


def test_a_piece_changes_its_state_alone(notes: dict[str, Piece]) -> None:
    moderated.set_state("note:1", State.REMOVED)
    assert notes == {"1": Piece("ada", State.REMOVED, "One"), "2": Piece(None, State.HELD, "Two")}


def test_a_kind_is_known_by_its_name_alone(notes: dict[str, Piece]) -> None:
    known = moderated.moderated("note:5")
    assert known is not None
    assert (known.kind, known.signed) == ("note", False)
    assert moderated.moderated("person:ada") is None
