"""Acts on studies that are only drafted: known to their authors alone, until the plan is registered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max

from stoa.agenda.models import Question
from stoa.evaluation.catalogue import SUITES
from stoa.kit import clock
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Conflict, Invalid, TooFast
from stoa.lab.acts.mails import tell_asked
from stoa.lab.models import Author, ModelVersion, Study, StudyModel, StudySuite
from stoa.people.models import Person
from stoa.people.queries import roles_everywhere

TEXTS = {"title": 200, "why": 10_000, "method": 20_000, "stopping": 500}
"""Characters of each text that a study has."""
NUMBERS = {"margin": (0.0, 1.0), "power": (0.0, 1.0), "spread": (0.0, 1_000.0)}
"""Bounds of each number, of which the lower is not reached; 1 is a margin, and no power."""
SAYS = (*TEXTS, *NUMBERS, "question", "primary_suite", "primary_measure", "models", "suites")
MOST_MODELS, MOST_SUITES, MOST_AUTHORS, MOST_DRAFTS = 200, 60, 30, 50


@act("lab.study.draft", kind="private")
def draft_study(actor: Actor, *, says: Mapping[str, Any]) -> Study:
    """Begin to draft a study, which nobody but its authors sees until its plan is registered."""
    assert actor.person_id is not None
    mine = Author.objects.filter(person=actor.person_id, study__state=Study.State.DRAFT)
    if mine.count() >= MOST_DRAFTS:
        raise TooFast(f"You have {MOST_DRAFTS} drafts.", remedy="Register or drop some of them first.")
    study = Study()
    _set(study, says)
    study.save()
    set_parts(study, says)
    Author.objects.create(study=study, person_id=actor.person_id, position=1, accepted=clock.now())
    return study


@act("lab.study.edit", on="study", kind="private")
def edit_study(actor: Actor, *, study: Study, version: int, says: Mapping[str, Any]) -> Study:
    """Change a drafted study; what is left out stays. `version` is the one that was read."""
    study = drafted(study, version)
    _set(study, says)
    study.version, study.edited = study.version + 1, clock.now()
    study.save()
    set_parts(study, says)
    return study


@act("lab.study.drop", on="study", kind="private")
def drop_study(actor: Actor, *, study: Study) -> None:
    """Delete a drafted study."""
    drafted(study, None).delete()


@act("lab.author.ask", on="study", kind="private")
def ask_author(actor: Actor, *, study: Study, person: Person) -> Author:
    """Ask somebody to be an author of a drafted study; they get a mail, see the draft from now on, and are one once they accept."""
    study = drafted(study, None)
    if not roles_everywhere(person.pk):
        raise Invalid("Nobody with a role here goes by this name.", remedy="Choose a member.", field="person")
    last = study.authors.aggregate(last=Max("position"))["last"] or 0
    if study.authors.count() >= MOST_AUTHORS:
        raise Invalid(f"A study has {MOST_AUTHORS} authors at most.", remedy="Name those who answer for it.")
    author, new = Author.objects.get_or_create(study=study, person=person, defaults={"position": last + 1})
    if new:
        tell_asked(author, Person.objects.get(pk=actor.person_id))
    return author


@act("lab.author.accept", on="person", kind="private")
def accept_authorship(actor: Actor, *, person: Person, study: Study) -> Author:
    """Accept to be an author of a drafted study that one was asked for."""
    author = _own(drafted(study, None), person)
    if author.accepted is None:
        author.accepted = clock.now()
        author.save(update_fields=["accepted"])
    return author


@act("lab.author.leave", on="person", kind="private")
def leave_authorship(actor: Actor, *, person: Person, study: Study) -> None:
    """Leave a drafted study, or decline to be its author; its last author drops it instead."""
    study = drafted(study, None)
    author = _own(study, person)
    if author.accepted and study.authors.exclude(accepted=None).count() == 1:
        raise Closed("You are its only author.", remedy="Drop the draft instead.")
    author.delete()


def drafted(study: Study, version: int | None) -> Study:
    """The study alone, while it is a draft and as it was read."""
    found = Study.objects.select_for_update().filter(pk=study.pk).first()
    if found is None or found.state != Study.State.DRAFT:
        raise Closed("This is no draft any more.", remedy="A registered plan can be changed in sight.")
    if version is not None and version != found.version:
        raise Conflict("It was saved elsewhere meanwhile.", remedy="Bring the two together.", code="stale")
    return found


def set_parts(study: Study, says: Mapping[str, Any]) -> None:
    """Put models and suites in the place of those before, where they are said."""
    if "models" in says:
        _set_models(study, says["models"])
    if "suites" in says:
        _set_suites(study, says["suites"])


def set_fields(study: Study, says: Mapping[str, Any]) -> None:
    """Take what is said of a study's own fields; raises `Invalid` for what can't be. For acts that hold the study."""
    _set(study, says)


def _own(study: Study, person: Person) -> Author:
    author = Author.objects.filter(study=study, person=person).first()
    if author is None:
        raise Closed("You were not asked to be an author of this study.")
    return author


def _set(study: Study, says: Mapping[str, Any]) -> None:
    if unknown := sorted(set(says) - set(SAYS)):
        raise Invalid(f"A study has no {', '.join(unknown)}.", remedy=f"It has {', '.join(SAYS)}.")
    for name in TEXTS.keys() & says.keys():
        setattr(study, name, _text(name, says[name]))
    for name in NUMBERS.keys() & says.keys():
        setattr(study, name, _number(name, says[name]))
    for name in {"primary_suite", "primary_measure"} & says.keys():
        setattr(study, name, says[name])
    if "question" in says:
        study.question = _question(says["question"])
    _check_primary(study)


def _text(name: str, text: str) -> str:
    text = " ".join(text.split()) if name == "title" else text.strip()
    if name == "title" and not text:
        raise Invalid("The title is missing.", remedy="Say in one line what is to be found out.", field="title")
    if len(text) > TEXTS[name]:
        raise Invalid("This is too long.", remedy=f"Use {TEXTS[name]:,} characters at most.", field=name)
    return text


def _number(name: str, value: float | None) -> float | None:
    least, most = NUMBERS[name]
    if value is None and name == "spread":
        return None
    whole = value is not None and math.isfinite(value) and least < value <= most and (name, value) != ("power", 1)
    if not whole:
        raise Invalid("This number can't be.", remedy=f"Give one above {least:g}, up to {most:g}.", field=name)
    return value


def _question(number: int | None) -> Question | None:
    if number is None:
        return None
    question = Question.objects.filter(pk=number).exclude(state=Question.State.WITHDRAWN).first()
    if question is None:
        raise Invalid("There is no such question.", remedy="Choose one of the agenda’s.", field="question")
    return question


def _check_primary(study: Study) -> None:
    if not study.primary_suite:
        return
    suite = SUITES.get(study.primary_suite)
    if suite is None:
        raise Invalid("This suite is not known.", remedy="Choose one from the list.", field="primary_suite")
    if study.primary_measure and study.primary_measure not in {measure.name for measure in suite.measures}:
        raise Invalid("The suite has no such measure.", remedy="Choose one of its own.", field="primary_measure")


def _set_models(study: Study, ids: Sequence[int]) -> None:
    wanted = list(dict.fromkeys(ids))
    known = set(ModelVersion.objects.filter(pk__in=wanted, removed=None).values_list("pk", flat=True))
    if len(known) != len(wanted) or len(wanted) > MOST_MODELS:
        raise Invalid("One of these versions is not registered here.", remedy="Choose from the list.", field="models")
    study.models.exclude(version__in=known).delete()
    there = set(study.models.values_list("version", flat=True))
    StudyModel.objects.bulk_create(StudyModel(study=study, version_id=pk) for pk in wanted if pk not in there)


def _set_suites(study: Study, given: Sequence[tuple[str, int]]) -> None:
    wanted = dict(given)
    if len(wanted) != len(given) or len(wanted) > MOST_SUITES:
        raise Invalid("A suite stands twice, or there are too many.", remedy="Name each once.", field="suites")
    rows = [_suite(study, name, samples) for name, samples in wanted.items()]
    if study.state != Study.State.DRAFT:  # what has been planned and run stays what it is
        planned = dict(study.suites.values_list("suite", "suite_version"))
        for one in rows:
            one.suite_version = planned.get(one.suite, one.suite_version)
    study.suites.all().delete()
    StudySuite.objects.bulk_create(rows)


def _suite(study: Study, name: str, samples: int) -> StudySuite:
    suite = SUITES.get(name)
    if suite is None:
        raise Invalid(f"There is no suite {name[:80]}.", remedy="Choose from the list.", field="suites")
    if not 1 <= samples <= suite.most:
        raise Invalid(f"{suite.title} has 1 to {suite.most:,} samples.", remedy="Choose that many.", field="suites")
    return StudySuite(study=study, suite=name, suite_version=suite.version, samples=samples)
