"""Models and versions are registered and corrected by whoever knows them; what was made from what has no circle."""

from __future__ import annotations

from functools import reduce

import pytest

from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.models import Document
from stoa.lab import acts, queries
from stoa.lab.models import ModelVersion
from stoa.record.models import Entry
from tests.cast import Cast, browser
from tests.lab.studying import digest, version
from tests.stage import acting

pytestmark = pytest.mark.django_db


def test_a_member_registers_a_model_and_a_version_and_the_record_says_so(cast: Cast) -> None:
    one = version(cast.member)
    assert (str(one), one.digest) == ("SmolLM2-135M-Instruct Q4_1", digest("SmolLM2-135M-InstructQ4_1"))
    told = list(Entry.objects.filter(type__startswith="lab.").order_by("pk").values_list("type", "subject"))
    assert told == [
        ("lab.model.registered", f"model:{one.model_id}"),
        ("lab.version.registered", f"modelversion:{one.pk}"),
    ]
    assert b"Cabbage Labs" not in b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))


def test_the_same_weights_and_the_same_name_are_registered_once(cast: Cast) -> None:
    one = version(cast.member)
    for says in ({"label": "other"}, {"label": "q4_1"}):
        weights = one.digest if says["label"] == "other" else digest("other")
        with pytest.raises(Invalid, match="registered already"):
            acts.register_version(acting(cast.member), model=one.model, digest=weights, says=says)
    with pytest.raises(Invalid, match="registered already"):
        acts.register_model(acting(cast.member), says={"name": one.model.name.upper(), "maker": "cabbage labs"})


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("label", {"label": " "}),
        ("label", {"label": "x" * 81}),
        ("format", {"label": "x", "format": "pickle"}),
        ("parameters", {"label": "x", "parameters": 0}),
        ("bytes", {"label": "x", "bytes": 2**60}),
        ("header", {"label": "x", "header": {"tokens": "x" * 70_000}}),
        ("header", {"label": "x", "header": {"scale": float("nan")}}),
        ("header", {"label": "x", "header": {"names": [{"\0": 1}]}}),
        ("header", {"label": "x", "header": {"name": "\ud800"}}),
        ("header", {"label": "x", "header": reduce(lambda inner, _: {"a": inner}, range(5_000), {})}),
    ],
)
def test_what_a_version_cant_say_is_refused_and_names_the_field(cast: Cast, field: str, says: dict) -> None:
    model = version(cast.member).model
    with pytest.raises(Invalid) as fault:
        acts.register_version(acting(cast.member), model=model, digest=digest("new"), says=says)
    assert fault.value.field == field
    assert ModelVersion.objects.count() == 1


@pytest.mark.parametrize("address", ["javascript:alert(1)", "no address", "ftp://example.org", "http://"])
def test_a_homepage_is_an_address_of_the_web(cast: Cast, address: str) -> None:
    with pytest.raises(Invalid) as fault:
        acts.register_model(acting(cast.member), says={"name": "M", "maker": "X", "homepage": address})
    assert fault.value.field == "homepage"


def test_nothing_is_made_from_itself_however_far(cast: Cast) -> None:
    base = version(cast.member, label="base")
    tuned = version(cast.member, label="tuned", bases=[(base, "fine_tuned")])
    small = version(cast.member, label="small", bases=[(tuned, "quantised")])
    for one in (base, small):
        with pytest.raises(Invalid, match="made from this version itself"):
            acts.correct_version(acting(cast.member), version=base, says={}, bases=[(one, "merged")])
    assert [(str(a.base.label), a.version.label, a.relation) for a in queries.lineage(base.model)] == [
        ("base", "tuned", "fine-tuned from"),
        ("tuned", "small", "quantised from"),
    ]


def test_who_registered_it_corrects_it_and_others_dont(cast: Cast) -> None:
    one = version(cast.member)
    with pytest.raises(Refused):
        acts.correct_version(acting(cast.author), version=one, says={"context": 8_192})
    assert acts.correct_version(acting(cast.member), version=one, says={"context": 8_192}).context == 8_192
    assert (
        acts.correct_model(acting(cast.steward), model=one.model, says={"licence": "Apache-2.0"}).licence
        == "Apache-2.0"
    )


def test_a_steward_removes_and_search_forgets(cast: Cast) -> None:
    one = version(cast.member)
    assert Document.objects.filter(reference=one.model.reference, text__contains="Q4_1").exists()
    with pytest.raises(Refused):
        acts.remove_model(acting(cast.member), model=one.model, reason="It is mine.")
    acts.remove_model(acting(cast.steward), model=one.model, reason="It is no model.")
    assert not Document.objects.filter(reference=one.model.reference).exists()
    assert not queries.models().exists()
    with pytest.raises(Closed):
        acts.correct_model(acting(cast.steward), model=one.model, says={"licence": "MIT"})


def test_what_was_removed_by_mistake_is_put_back_with_a_reason(cast: Cast) -> None:
    one = version(cast.member)
    steward, member = acting(cast.steward), acting(cast.member)
    acts.remove_version(steward, version=one, reason="It is another file.")
    acts.remove_model(steward, model=one.model, reason="It is no model.")
    for says in ({"label": "other"}, {"label": "Q4_1"}):
        with pytest.raises(Closed, match="was removed"):
            acts.register_version(member, model=one.model, digest=one.digest, says=says)
    with pytest.raises(Refused):
        acts.restore_model(member, model=one.model, reason="It is one.")
    acts.restore_model(steward, model=one.model, reason="It is one, by its maker.")
    with pytest.raises(Invalid, match="registered already") as fault:
        acts.register_version(member, model=one.model, digest=one.digest, says={"label": "other"})
    assert "ask a steward to put it back" in fault.value.remedy
    page = f"/lab/models/{one.model_id}/{one.pk}"
    assert "Put it back" not in browser(cast.member).get(page).content.decode()
    assert "Put it back" in browser(cast.steward).get(page).content.decode()
    twice = browser(cast.founder).post(f"{page}/remove", {"reason": "It is another file."})
    assert (twice.status_code, "This was removed." in twice.content.decode()) == (422, True)
    answer = browser(cast.steward).post(f"{page}/remove", {"reason": "The digest was right.", "deed": "back"})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert (queries.version_of_digest(one.digest), list(queries.models())) == (one, [one.model])
    assert "Q4_1" in Document.objects.get(reference=one.model.reference).text
    told = Entry.objects.filter(type__endswith=".restored").order_by("pk").values_list("type", "subject")
    assert list(told) == [
        ("lab.model.restored", f"model:{one.model_id}"),
        ("lab.version.restored", f"modelversion:{one.pk}"),
    ]
    for deed in (acts.restore_version, acts.restore_model):
        with pytest.raises(Closed, match="not removed"):
            deed(
                steward, reason="Again.", **({"version": one} if deed is acts.restore_version else {"model": one.model})
            )
