"""Names of files mean the same on every machine and point nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.kit.files.contents import PDF, TEXT
from stoa.kit.files.names import LONGEST, fit


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cv.pdf", "cv.pdf"),
        ("CV Zoë.PDF", "CV Zoë.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\cv.pdf", "cv.pdf"),
        ("cv.pdf.exe", "cv.pdf.exe.pdf"),
        ("fdp\u202ecv.txt", "fdp cv.pdf"),
        ("a\r\nSet-Cookie: x", "a Set-Cookie x.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("con.pdf", "file con.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("論文.pdf", "論文.pdf"),
    ],
)
def test_a_name_is_made_fit(name: str, expected: str) -> None:
    assert fit(name, PDF) == expected


@given(st.text(max_size=300))
def test_whatever_it_was_the_name_is_short_and_points_nowhere(name: str) -> None:
    made = fit(name, TEXT)
    assert made.endswith(".txt")
    assert len(made) <= LONGEST + 10
    assert not set('/\\:*?"<>|\r\n\0') & set(made)
    assert not made.startswith((".", " "))
    assert fit(made, TEXT) == made
