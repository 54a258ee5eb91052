"""A study is its authors' own until its plan is registered; then it changes in sight alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stoa.evaluation.catalogue import SUITES, set_digest, suite_of
from stoa.evaluation.plans import digest_of
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.kit.models import Document, Mail
from stoa.lab import acts, queries
from stoa.lab.models import Study
from stoa.methods.canonical import parse_object
from stoa.record.models import Entry
from stoa.site.queries.waiting import waiting
from tests.agenda.test_recovering import outage
from tests.cast import Cast, settle
from tests.lab.studying import PLAN, SUITE, drafted, registered, version
from tests.stage import acting

pytestmark = pytest.mark.django_db


def test_a_draft_is_known_to_its_authors_alone_and_leaves_no_entry(cast: Cast) -> None:
    before = Entry.objects.count()
    study = drafted(cast.author)
    assert Entry.objects.count() == before
    assert queries.find_draft(study.pk, acting(cast.author)) == study
    for other in (cast.member, cast.steward, cast.founder):
        assert queries.find_draft(study.pk, acting(other)) is None
        with pytest.raises(Refused):
            acts.edit_study(acting(other), study=study, version=study.version, says={"title": "Mine"})
    assert not queries.studies().exists()
    assert not Document.objects.filter(reference=study.reference).exists()


def test_registering_gives_number_seed_sets_and_a_digest_on_the_record(cast: Cast) -> None:
    study = registered(cast.author, of := version(cast.author))
    plan = study.plans.get()
    assert (study.number, study.state) == (1, "registered")
    assert plan.digest == study.plan_digest == digest_of(plan.plan)
    samples = PLAN["suites"][0][1]
    wanted = set_digest(SUITES[SUITE].samples(study.seed, samples))
    assert plan.plan["suites"] == [{"name": SUITE, "version": "2", "samples": samples, "set": wanted}]
    assert [one["digest"] for one in plan.plan["models"]] == [of.digest]
    entry = Entry.objects.get(type="lab.plan.registered")
    facts: Any = parse_object(bytes(entry.body))["facts"]
    assert facts == {"study": study.pk, "number": 1, "plan": plan.digest}
    assert b"quantising" not in bytes(entry.body)
    settle()
    given = queries.plan_as_given(plan)
    assert (given["digest"], given["entry"]) == (plan.digest, entry.placement.position)
    assert digest_of(given) == plan.digest


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("why", {"why": ""}),
        ("stopping", {"stopping": ""}),
        ("models", {"models": []}),
        ("suites", {"suites": []}),
        ("primary_measure", {"primary_measure": ""}),
        ("primary_suite", {"primary_suite": "stoa/min_k", "primary_measure": "auroc"}),
    ],
)
def test_a_plan_that_lacks_something_is_not_registered(cast: Cast, field: str, says: dict) -> None:
    study = drafted(cast.author, version(cast.author), **says)
    with pytest.raises(Invalid) as fault:
        acts.register_plan(acting(cast.author), study=study, version=study.version)
    assert fault.value.field == field
    assert Study.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("title", {"title": " "}),
        ("margin", {"margin": 0.0}),
        ("margin", {"margin": float("nan")}),
        ("power", {"power": 1}),
        ("suites", {"suites": [("stoa/no_such", 5)]}),
        ("suites", {"suites": [(SUITE, 0)]}),
        ("suites", {"suites": [(SUITE, 10**6)]}),
        ("suites", {"suites": [(SUITE, 5), (SUITE, 6)]}),
        ("models", {"models": [999]}),
        ("question", {"question": 999}),
        ("primary_suite", {"primary_suite": "stoa/no_such"}),
        ("primary_measure", {"primary_measure": "no_such"}),
    ],
)
def test_what_a_study_cant_say_is_refused_and_names_the_field(cast: Cast, field: str, says: dict) -> None:
    study = drafted(cast.author)
    with pytest.raises(Invalid) as fault:
        acts.edit_study(acting(cast.author), study=study, version=study.version, says=says)
    assert fault.value.field == field


def test_a_suite_that_needs_a_local_copy_is_planned_only_with_as_many_samples_as_the_server_has(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refusal = {"suites": [("stoa/refusal", 3)], "primary_suite": "stoa/refusal", "primary_measure": "refused"}
    study = drafted(cast.author, version(cast.author), **refusal)
    monkeypatch.delenv("STOA_LAB_HARMFUL", raising=False)
    with pytest.raises(Invalid, match="can’t be used on this server") as fault:
        acts.register_plan(acting(cast.author), study=study, version=1)
    assert fault.value.field == "suites"
    copy = tmp_path / "copy.csv"
    copy.write_text("Behavior\nOne\nTwo\n")
    monkeypatch.setenv("STOA_LAB_HARMFUL", str(copy))
    with pytest.raises(Invalid, match="has 2 samples on this server, not 3") as fault:
        acts.register_plan(acting(cast.author), study=study, version=1)
    assert fault.value.field == "suites"
    copy.write_text("Behavior\nOne\nTwo\nThree\n")
    study = acts.register_plan(acting(cast.author), study=study, version=1)
    assert study.plans.get().plan["suites"][0]["samples"] == 3


def test_two_who_edit_a_draft_notice_each_other(cast: Cast) -> None:
    study = drafted(cast.author)
    acts.edit_study(acting(cast.author), study=study, version=1, says={"title": "First"})
    with pytest.raises(Conflict):
        acts.edit_study(acting(cast.author), study=study, version=1, says={"title": "Second"})
    assert Study.objects.get().title == "First"


def test_a_further_author_is_one_once_they_accept(cast: Cast) -> None:
    study = drafted(cast.author, version(cast.author))
    acts.ask_author(acting(cast.author), study=study, person=cast.member)
    assert queries.find_draft(study.pk, acting(cast.member)) == study
    with pytest.raises(Refused):
        acts.edit_study(acting(cast.member), study=study, version=study.version, says={"title": "Ours"})
    acts.accept_authorship(acting(cast.member), person=cast.member, study=study)
    acts.edit_study(acting(cast.member), study=Study.objects.get(), version=study.version, says={"title": "Ours"})
    with pytest.raises(Invalid):
        acts.ask_author(acting(cast.author), study=study, person=cast.stranger)


def test_who_is_asked_to_be_an_author_gets_one_mail_and_sees_it_at_home(cast: Cast) -> None:
    study = drafted(cast.author, version(cast.author))
    for _ in range(2):
        acts.ask_author(acting(cast.author), study=study, person=cast.member)
        assert [item.title for item in waiting(acting(cast.member))].count(f"Will you be an author? {study.title}") == 1
        acts.leave_authorship(acting(cast.member), person=cast.member, study=study)
    [mail] = Mail.objects.filter(kind="author-asked")
    assert (mail.to, mail.person_id) == (cast.member.email, cast.member.pk)
    assert cast.author.shown_name in mail.body
    assert f"/lab/studies/drafts/{study.pk}/authors" in mail.body
    acts.ask_author(acting(cast.author), study=study, person=cast.member)
    acts.accept_authorship(acting(cast.member), person=cast.member, study=study)
    assert not any("Will you be" in item.title for item in waiting(acting(cast.member)))


def test_who_was_asked_and_did_not_accept_is_no_author_when_it_is_registered(cast: Cast) -> None:
    study = drafted(cast.author, version(cast.author))
    acts.ask_author(acting(cast.author), study=study, person=cast.member)
    study = acts.register_plan(acting(cast.author), study=study, version=study.version)
    assert [author.person for author in study.authors.all()] == [cast.author]


def test_the_last_author_drops_a_draft_and_does_not_leave_it(cast: Cast) -> None:
    study = drafted(cast.author)
    with pytest.raises(Closed):
        acts.leave_authorship(acting(cast.author), person=cast.author, study=study)
    acts.drop_study(acting(cast.author), study=study)
    assert not Study.objects.exists()


def test_a_changed_plan_stands_beside_the_one_before_with_its_reason(cast: Cast) -> None:
    study = registered(cast.author)
    before = study.plans.get()
    with pytest.raises(Invalid, match="Nothing would change"):
        acts.change_plan(acting(cast.author), study=study, version=1, says={"margin": 0.2}, reason="None.")
    after = acts.change_plan(acting(cast.author), study=study, version=1, says={"margin": 0.1}, reason="Too wide.")
    assert (after.number, after.plan["margin"], after.plan["seed"]) == (2, 0.1, before.plan["seed"])
    assert study.plans.get(number=1).plan == before.plan
    with pytest.raises(Conflict):
        acts.change_plan(acting(cast.author), study=study, version=1, says={"margin": 0.3}, reason="Too narrow.")
    with pytest.raises(Refused):
        acts.change_plan(acting(cast.member), study=study, version=2, says={"margin": 0.3}, reason="Mine.")
    settle()
    entries = Entry.objects.filter(type__startswith="lab.plan.").order_by("pk")
    assert [queries.plan_as_given(one)["entry"] for one in study.plans.all()] == [e.placement.position for e in entries]


def test_a_study_ends_with_what_it_concludes_and_changes_no_more(cast: Cast) -> None:
    study = registered(cast.author)
    with pytest.raises(Refused):
        acts.close_study(acting(cast.steward), study=study, ending="Enough of it.")
    study = acts.close_study(acting(cast.author), study=study, ending="It costs nothing.")
    assert (study.state, study.ending) == ("closed", "It costs nothing.")
    for deed in (
        lambda: acts.change_plan(acting(cast.author), study=study, version=1, says={"margin": 0.1}, reason="Late."),
        lambda: acts.withdraw_study(acting(cast.author), study=study, ending="Never mind."),
    ):
        with pytest.raises(Closed):
            deed()


def test_no_number_is_given_twice_after_a_restore(cast: Cast) -> None:
    of = version(cast.author)
    kept = registered(cast.author, of)
    with outage():
        registered(cast.author, of, title="What is lost?")
        acts.change_plan(acting(cast.author), study=kept, version=1, says={"margin": 0.1}, reason="Too wide.")
    assert list(Study.objects.exclude(number=None).values_list("number", flat=True)) == [1]
    kept.refresh_from_db()
    changed = acts.change_plan(acting(cast.author), study=kept, version=1, says={"margin": 0.15}, reason="Once more.")
    assert changed.number == 3
    assert registered(cast.author, of, title="What comes after?").number == 3


def test_a_plan_that_is_registered_again_after_a_restore_names_the_entry_that_holds(cast: Cast) -> None:
    study = drafted(cast.author, version(cast.author))
    with outage():
        acts.register_plan(acting(cast.author), study=study, version=study.version)
    study = acts.register_plan(acting(cast.author), study=Study.objects.get(pk=study.pk), version=study.version)
    changed = acts.change_plan(acting(cast.author), study=study, version=1, says={"margin": 0.1}, reason="Too wide.")
    settle()
    lost, held, after = Entry.objects.filter(subject=study.reference, type__startswith="lab.plan.").order_by("pk")
    said = [queries.plan_as_given(one)["entry"] for one in study.plans.all()]
    assert said == [held.placement.position, after.placement.position]
    assert lost.placement.position not in said
    assert changed.number == 2


JAILBREAK = "stoa/jailbreak"


def with_an_earlier_version(study: Study) -> Study:
    """A study as it stood before its suite had another version."""
    study.suites.filter(suite=JAILBREAK).update(suite_version="1")
    return Study.objects.get(pk=study.pk)


def planned_set(version: str, study: Study) -> dict[str, Any]:
    suite = suite_of(JAILBREAK, version)
    assert suite
    return {"name": JAILBREAK, "version": version, "samples": 24, "set": set_digest(suite.samples(study.seed, 24))}


def test_a_draft_that_is_older_than_a_version_of_its_suite_takes_the_present_one(cast: Cast) -> None:
    says = {"suites": [(JAILBREAK, 24)], "primary_suite": JAILBREAK, "primary_measure": "broken"}
    study = with_an_earlier_version(drafted(cast.author, version(cast.author), **says))
    study = acts.register_plan(acting(cast.author), study=study, version=study.version)
    assert study.plans.get().plan["suites"] == [planned_set("2", study)]


def test_a_changed_plan_keeps_the_versions_of_its_suites(cast: Cast) -> None:
    says = {"suites": [(JAILBREAK, 24)], "primary_suite": JAILBREAK, "primary_measure": "broken"}
    study = with_an_earlier_version(registered(cast.author, **says))
    changed = {**says, "suites": [(JAILBREAK, 24), (SUITE, 24)], "margin": 0.15}
    plan = acts.change_plan(acting(cast.author), study=study, version=1, says=changed, reason="More is asked.")
    assert planned_set("1", study) in plan.plan["suites"]
    assert next(one["version"] for one in plan.plan["suites"] if one["name"] == SUITE) == "2"
