"""How a new member settles in: accepts the code of conduct, names topics, introduces themselves, or passes a step over."""

from __future__ import annotations

from collections.abc import Sequence

from stoa.charter.models import Policy
from stoa.charter.queries import policy
from stoa.kit import clock
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Conflict, Invalid
from stoa.members import events
from stoa.members.models import Acceptance, Onboarding
from stoa.members.queries.onboarding import version_of
from stoa.members.rules.onboarding import MOST_INTRODUCTION, OPTIONAL
from stoa.people.models import Interest, Person
from stoa.people.topics import LONGEST_TOPIC, MOST_TOPICS


@act("members.conduct.accept", on="person")
def accept_conduct(actor: Actor, *, person: Person, version: int) -> Acceptance:
    """Accept the code of conduct in the version that one read; a later version asks again."""
    code = policy(Policy.Kind.CONDUCT)
    if code is None:
        raise Invalid("There is no code of conduct yet.", remedy="A founder or steward publishes it.")
    if version != version_of(code):
        raise Conflict("Another version of the code of conduct is in force.", remedy="Read that one.", code="stale")
    accepted, new = Acceptance.objects.get_or_create(person=person, policy=code, defaults={"at": clock.now()})
    Onboarding.objects.get_or_create(person=person)
    if new:
        tell(events.ConductAccepted(person.pk, version))
    return accepted


@act("members.topics.choose", on="person", kind="private")
def choose_topics(actor: Actor, *, person: Person, topics: Sequence[str]) -> list[Interest]:
    """Say which topics one works on, from the list or in words of one's own; they stand on one's page."""
    chosen = {clean.casefold(): clean for topic in topics if (clean := " ".join(topic.split()))}
    if len(chosen) > MOST_TOPICS:
        raise Invalid(f"These are {len(chosen)} topics.", remedy=f"Choose {MOST_TOPICS} at most.", field="others")
    if long := [topic for topic in chosen.values() if len(topic) > LONGEST_TOPIC]:
        raise Invalid(
            f"“{long[0][:20]}…” is too long.", remedy=f"Use {LONGEST_TOPIC} characters at most.", field="others"
        )
    person.interests.all().delete()
    rows = [Interest(person=person, topic=topic, key=key[:LONGEST_TOPIC]) for key, topic in chosen.items()]
    return Interest.objects.bulk_create(rows)


@act("members.introduction.write", on="person", kind="private")
def introduce(actor: Actor, *, person: Person, text: str) -> Person:
    """Introduce oneself to everybody, on one's own page."""
    if len(text) > MOST_INTRODUCTION:
        raise Invalid(
            f"The introduction has {len(text):,} characters.",
            remedy=f"Use {MOST_INTRODUCTION:,} at most.",
            field="text",
        )
    person.introduction = text.strip()
    person.save(update_fields=["introduction", "sort_name"])
    return person


@act("members.onboarding.step", on="person", kind="private")
def take_step(actor: Actor, *, person: Person, step: str, skipped: bool = False) -> Onboarding:
    """Note that a step of settling in is done, or is passed over; the code of conduct can't be."""
    if step not in OPTIONAL:
        raise Invalid("This step can't be passed over.", remedy=f"These can: {', '.join(OPTIONAL)}.", field="step")
    settling, _ = Onboarding.objects.select_for_update().get_or_create(person=person)
    settling.steps[step] = "skipped" if skipped else "done"
    if settling.over is None and set(settling.steps) >= set(OPTIONAL):
        settling.over = clock.now()
    settling.save()
    return settling
