"""What is destroyed when somebody is erased: texts they wrote or are about. Scores stay, so that decisions can be recomputed."""

from __future__ import annotations

from stoa.review.models import Piece, Remark, Review, Seat


def erase_texts(person_id: str) -> None:
    """Destroy what a person wrote as a reviewer, and what is here of their own pieces. To be called inside an act."""
    Review.objects.filter(assignment__seat__person=person_id).update(for_panel="", for_author="", reason="")
    Remark.objects.filter(author=person_id).update(body="")
    Seat.objects.filter(person=person_id).update(texts=[], known={})
    own = Piece.objects.filter(authors__contains=[{"keys": [f"person:{person_id}"]}])
    own.update(title="", text="", authors=[], met_by=[])
