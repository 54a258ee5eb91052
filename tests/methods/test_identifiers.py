"""ORCID iDs by their check character, works from BibTeX and DOIs; nothing that is pasted breaks it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.identifiers import Work, orcid, works


@pytest.mark.parametrize(
    "text",
    ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097", "0000000218250097", " 0000-0002-1825-0097 "],
)
def test_an_orcid_is_read_in_each_of_its_forms(text: str) -> None:
    assert orcid(text) == "0000-0002-1825-0097"  # Josiah Carberry, the example of ORCID's own documentation


def test_a_check_character_can_be_x() -> None:
    assert orcid("0000-0002-1694-233x") == "0000-0002-1694-233X"


@given(st.integers(0, 14), st.integers(1, 9))
def test_a_digit_that_is_wrong_is_found(place: int, by: int) -> None:
    digits = list("0000000218250097")
    digits[place] = str((int(digits[place]) + by) % 10)
    assert orcid("".join(digits)) is None


@pytest.mark.parametrize("text", ["", "0000-0002-1825-009", "0000-0002-1825-0098", "orcid", "٠000-0002-1825-0097"])
def test_what_is_no_orcid_is_none(text: str) -> None:
    assert orcid(text) is None


BIBTEX = r"""
@article{a, title = {{On} the \emph{Opacity} of {M}odels}, author = "Ada, B.", year = 2024, doi = {10.1234/abc.5}}
@comment{not this}
@inproceedings{b,
  title = "A second, with a comma", date = {2023-05}, url = {https://doi.org/10.5555/XYZ}
}
See also https://doi.org/10.1000/182. And 10.1234/ABC.5 again.
"""


def test_works_are_read_from_bibtex_and_from_dois_beside_it() -> None:
    assert works(BIBTEX) == [
        Work("On the Opacity of Models", "2024", "10.1234/abc.5"),
        Work("A second, with a comma", "2023", "10.5555/XYZ"),
        Work("", "", "10.1000/182"),
    ]


@pytest.mark.parametrize("text", ["@article{a, title = {never ends", "@article{", "{}{}@@", "@article{a}", '@a{b,c="'])
def test_what_is_broken_gives_nothing_and_no_fault(text: str) -> None:
    assert works(text) == []


def test_an_entry_after_a_broken_one_and_one_with_the_same_key_are_read() -> None:
    text = "@a{x, title={One}}@a{broken, title={Never ends, year=2021}\n@a{x, title={Two}, doi={10.1000/2}}\n10.1000/3"
    assert [(work.title, work.doi) for work in works(text)] == [("One", ""), ("Two", "10.1000/2"), ("", "10.1000/3")]


@pytest.mark.parametrize(
    "text", ["@a{b, title={" + "{" * 29_000 + "}" * 29_000 + "}}", "@a{" * 20_000, '@a{b,t="' * 7_000]
)
def test_sixty_thousand_hostile_characters_are_read_in_a_moment_and_none_of_it_is_logged(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    begun = time.perf_counter()
    works(text)
    assert (time.perf_counter() - begun < 5, caplog.records) == (True, [])


@given(st.text(alphabet='@{}=",\\ a10./x\n', max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    assert all(work.title or work.doi for work in works(text))
