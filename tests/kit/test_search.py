"""What is public is found by its words, the best first, whatever is typed; what is not public is not found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stoa.kit import registry, search
from stoa.kit.faults import Fault, Invalid
from stoa.kit.models import Document
from stoa.kit.registry import Kind, Shown

AT = datetime(2027, 3, 1, tzinfo=UTC)
hidden: set[str] = set()

pytestmark = pytest.mark.django_db


def shown_as(kind: str) -> Kind:
    """A kind that shows everything but what a test hides, under the title that search was given."""

    def show(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
        assert viewer_id is None
        wanted = Document.objects.filter(reference__in=[f"{kind}:{one}" for one in ids])
        titles = wanted.exclude(reference__in=hidden).values_list("reference", "title")
        return {ref.partition(":")[2]: Shown(title, f"/{ref}") for ref, title in titles}

    return Kind(kind, kind, show)


@pytest.fixture(autouse=True)
def stones() -> Iterator[None]:
    """Two kinds for these tests alone."""
    before = dict(registry._kinds), dict(search._documents)
    for name in ("stone", "gem"):
        registry.register(shown_as(name))
    hidden.clear()
    yield
    registry._kinds, search._documents = before


def put(number: int, title: str, text: str = "", *, days: int = 0, language: search.Language = "english") -> None:
    search.put(f"stone:{number}", title=title, text=text, at=AT + timedelta(days=days), language=language)


def found(words: str) -> list[str]:
    return [hit.reference for hit in search.find(words).hits]


def test_words_are_found_in_every_form_case_and_accent() -> None:
    put(1, "Fine-tuned models", "They leak training data, says Université de Genève.")
    for words in ("fine tuning", "fine-tuning", "MODEL leaks", "universite geneve", "Université", "trained"):
        assert found(words) == ["stone:1"], words
    assert found("telescopes") == []


def test_names_are_found_as_they_are_written() -> None:
    put(1, "Anna Mining", language="simple")
    assert (found("mining"), found("mine"), found("min")) == (["stone:1"], [], ["stone:1"])


def test_words_are_all_demanded_and_operators_are_understood() -> None:
    put(1, "Privacy of users")
    put(2, "Privacy of weights")
    put(3, "Safety of weights")
    assert sorted(found("privacy weights")) == ["stone:2"]
    assert sorted(found("safety or users")) == ["stone:1", "stone:3"]
    assert sorted(found("privacy -weights")) == ["stone:1"]
    assert found('"weights safety"') == []
    assert found("“safety of weights”") == ["stone:3"]


def test_the_last_word_may_be_unfinished_unless_it_is_excluded_or_quoted() -> None:
    put(1, "Reproducible benchmarks")
    assert found("reproducible bench") == ["stone:1"]
    assert found("reproducible -bench") == ["stone:1"]
    assert found('reproducible "bench"') == []


@pytest.mark.parametrize(
    ("title", "words", "elsewhere"),
    [
        ("开放权重模型的安全评估", "权重", "重权"),
        ("オープンモデルのデータ保護", "データ", "ターデ"),
        ("ความปลอดภัยของแบบจำลองภาษา", "แบบจำลอง", "ลองแบบ"),
    ],
)
def test_words_of_scripts_without_spaces_are_found_within_others(title: str, words: str, elsewhere: str) -> None:
    put(1, f"{title} GPU", "前" * 400 + title)
    assert (found(words), found(f"gpu {words}"), found(elsewhere)) == (["stone:1"], ["stone:1"], [])
    assert (found(f"gpu -{words}"), found(f'"{words}"')) == ([], ["stone:1"])
    (hit,) = search.find(words).hits
    assert f"<mark>{words}</mark>" in hit.title
    assert f"<mark>{words}</mark>" in hit.excerpt
    assert len(hit.excerpt) < 300


def test_a_word_in_the_title_counts_more_and_the_later_comes_first_among_equals() -> None:
    put(1, "On refusals", "Something about watermarks.")
    put(2, "Watermarks", "Something.")
    put(3, "Watermarks", "Something.", days=1)
    assert found("watermarks") == ["stone:3", "stone:2", "stone:1"]


def test_a_text_is_escaped_before_its_words_are_marked() -> None:
    put(1, "<script>alert('weights')</script>", 'Open <img src=x onerror="weights"> & “weights”.')
    (hit,) = search.find("weights").hits
    assert hit.title == "&lt;script&gt;alert(&#x27;<mark>weights</mark>&#x27;)&lt;/script&gt;"
    assert "<img" not in hit.excerpt
    assert "onerror=&quot;<mark>weights</mark>&quot;" in hit.excerpt


def test_an_excerpt_shows_where_the_words_stand() -> None:
    put(1, "Long", "before " * 100 + "the *watermark* stands here " + "after " * 100)
    (hit,) = search.find("watermarks").hits
    assert "the <mark>watermark</mark> stands here" in hit.excerpt
    assert hit.excerpt.startswith("… ")
    assert hit.excerpt.endswith(" …")
    assert len(hit.excerpt) < 300


def test_what_is_put_again_is_found_by_its_new_words_alone() -> None:
    put(1, "Watermarks")
    put(1, "Refusals")
    assert (found("watermarks"), found("refusals")) == ([], ["stone:1"])


def test_what_is_dropped_or_not_shown_to_the_public_is_not_found() -> None:
    put(1, "Watermarks")
    put(2, "Watermarks")
    put(3, "Watermarks")
    search.drop("stone:1")
    hidden.add("stone:2")
    assert found("watermarks") == ["stone:3"]


def test_results_come_in_pages_and_can_be_of_one_kind() -> None:
    for number in range(25):
        put(number, "Watermarks", days=number)
    search.put("gem:0", title="Watermarks", text="", at=AT)
    first, second = search.find("watermarks"), search.find("watermarks", page=2)
    assert (first.total, first.capped, first.number, first.last) == (26, False, 1, 2)
    assert first.kinds == {"stone": 25, "gem": 1}
    assert (len(first.hits), len(second.hits), search.find("watermarks", page=9).number) == (20, 6, 2)
    gems = search.find("watermarks", kinds=["gem"])
    assert ([hit.reference for hit in gems.hits], gems.total, gems.kinds) == (["gem:0"], 1, {"stone": 25, "gem": 1})


def test_of_very_many_the_latest_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_RANKED", 3)
    for number in range(5):
        put(number, "Watermarks", days=number)
    assert (search.find("watermarks").total, search.find("watermarks").capped) == (3, True)
    assert found("watermarks") == ["stone:4", "stone:3", "stone:2"]
    search.put("gem:0", title="Watermarks", text="", at=AT - timedelta(days=1))
    gems = search.find("watermarks", kinds=["gem"])
    assert ([hit.reference for hit in gems.hits], gems.total, gems.capped) == (["gem:0"], 1, False)


@pytest.mark.parametrize("words", ["", "   ", "\0", "-", '"', "-watermarks", "or", "- - -", '""', "x" * 201, "&|!():*"])
def test_where_nothing_is_asked_for_a_sentence_says_so(words: str) -> None:
    put(1, "Watermarks or")
    with pytest.raises(Invalid) as raised:
        search.find(words)
    assert raised.value.remedy


@given(st.text(max_size=60) | st.text("ab-\"' or&|!:*()<>\\\0", max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_whatever_is_typed_is_answered(words: str) -> None:
    put(1, "a b or")
    try:
        search.find(words)
    except Fault as fault:
        assert fault.remedy  # noqa: PT017 - either answer is right


def test_texts_of_any_kind_can_be_put() -> None:
    put(1, "x" * 1000 + "\0", "ﷺ" + "".join(f"{chr(0xFB50 + n % 400)}{n} " for n in range(20_000)))
    put(2, "y" * 5000, "word" * 20_000)
    assert Document.objects.count() == 2


def test_a_kind_that_search_did_not_know_is_put_after_a_migration() -> None:
    put(1, "Gone")
    kept = [search.Kept("gem:1", "Watermarks", "", AT), search.Kept("gem:2", "Refusals", "", AT)]
    search.register_documents("gem", lambda: kept)
    search.rebuild_missing()
    assert found("refusals") == ["gem:2"]
    kept.pop()
    search.rebuild_missing()
    assert found("refusals") == ["gem:2"]
    assert search.rebuild("gem") == 1
    assert found("refusals") == []
