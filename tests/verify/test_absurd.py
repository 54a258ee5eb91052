"""Whatever stands where a fact or a body should, the checker says so in a sentence; it never breaks itself."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stoa.methods.canonical import canonical
from stoa.verify.entry import read_entry
from stoa.verify.faults import Broken
from stoa.verify.powers import Watch
from stoa.verify.report import Report
from stoa.verify.votes import check_votes
from tests.verify.community import Community, Voting

Path = tuple[str | int, ...]

numbers = st.integers(-(2**53) + 1, 2**53 - 1)
scalars = (
    st.none()
    | st.booleans()
    | numbers
    | st.sampled_from(["", "3", "question:1", "0" * 64, "9999-12-31T23:59:59.999999Z"])
)
absurd = st.recursive(
    scalars | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "cost", "a"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@cache
def record(cast: int) -> Community:
    community = Community("stoa.example")
    community.found()
    voting = Voting(community, people=25, cast=cast)
    voting.hold()
    return voting.attest("p001", agrees=True).community if cast < 20 else community


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


def replaced(value: Any, path: Path, by: Any) -> Any:
    if not path:
        return by
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], by)
    return copy


class Bodies:
    """A source whose bodies are those of a record, one perhaps another."""

    def __init__(self, blobs: dict[str, bytes]) -> None:
        self.blobs = blobs

    def blob(self, digest: str, cap: int = 0) -> bytes:
        assert cap >= 0
        if digest not in self.blobs:
            raise Broken(f"blob/{digest} is missing.")
        return self.blobs[digest]


def outcome(raws: list[bytes], blobs: dict[str, bytes]) -> Report:
    """The checks of entries and blobs, as after they were fetched."""
    source, report, entries = Bodies(blobs), Report("test"), []
    watch = Watch(source.blob)
    for position, raw in enumerate(raws):
        try:
            entries.append(read_entry(position, raw))
        except Broken:
            continue
        watch.see(entries[-1])
    report.check("powers", "Powers", watch.verdict)
    check_votes(entries, source, watch.smallest_opened, report)
    json.dumps(report.as_json())
    return report


@pytest.mark.parametrize("cast", [5, 25])
def test_the_record_as_it_is_passes(cast: int) -> None:
    community = record(cast)
    assert outcome(community.entries, community.blobs).first_failure is None


@pytest.mark.slow
@given(st.data())
@pytest.mark.parametrize("cast", [5, 25])
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_an_absurd_value_anywhere_in_an_entry_is_survived(cast: int, data: st.DataObject) -> None:
    community = record(cast)
    place = data.draw(st.integers(12, len(community.entries) - 1) | st.just(1))
    value = json.loads(community.entries[place])
    path = data.draw(st.sampled_from(sorted(places(value), key=repr)))
    raws = list(community.entries)
    raws[place] = canonical(replaced(value, path, data.draw(absurd)))
    outcome(raws, community.blobs)


@pytest.mark.slow
@given(st.data())
@pytest.mark.parametrize("cast", [5, 25])
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_an_absurd_value_anywhere_in_a_body_is_survived(cast: int, data: st.DataObject) -> None:
    """As if the entry had committed to it: the name is left as it was."""
    community = record(cast)
    name = data.draw(st.sampled_from(sorted(community.blobs)))
    body = community.blobs[name]
    if body.startswith((b"[", b"{")):
        value = json.loads(body)
        path = data.draw(st.sampled_from(sorted(places(value), key=repr)[:3000]))
        body = canonical(replaced(value, path, data.draw(absurd)))
    else:
        at = data.draw(st.integers(0, len(body)))
        body = body[:at] + data.draw(st.binary(max_size=5)) + body[at:]
    outcome(community.entries, community.blobs | {name: body})
