"""Settling in over HTTP: the code of conduct, topics, an introduction, and how far one is."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import StringConstraints

from stoa.kit.api import Given, actor, found, signed_in
from stoa.members import acts
from stoa.members.queries.onboarding import Settling, settling
from stoa.people.models import Person
from stoa.people.queries import find_person
from stoa.people.topics import LONGEST_TOPIC, MOST_TOPICS

router = Router(tags=["Membership"])
Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TOPIC)]


class SettlingOut(Schema):
    """How far you are: each step is `done`, `skipped` or empty. `conduct` is the version in force, 0 for none."""

    steps: dict[str, str]
    left: list[str]
    conduct: int

    @staticmethod
    def resolve_conduct(far: Settling) -> int:
        """The version that is to be accepted, or was."""
        return far.conduct.version if far.conduct else 0


class AcceptIn(Given):
    """The version of the code of conduct that you read, from `GET /me/onboarding`."""

    version: int


class TopicsIn(Given):
    """All topics that you work on; they take the place of those before."""

    topics: list[Topic] = Field(max_length=MOST_TOPICS)


class IntroductionIn(Given):
    """What you say of yourself for everybody, in Markdown; empty takes it back."""

    text: str


class StepIn(Given):
    """Whether you pass the step over instead of having done it."""

    skipped: bool = False


@router.get("/me/onboarding", response=SettlingOut, summary="Get how far you have settled in")
def get_onboarding(request: HttpRequest) -> Settling:
    """The steps by which a new member settles in, and which of them are open."""
    return settling(_me(request).pk)


@router.post("/me/conduct", response=SettlingOut, summary="Accept the code of conduct")
def accept_conduct(request: HttpRequest, given: AcceptIn) -> Settling:
    """Accept the code of conduct in the version that you read."""
    me = _me(request)
    acts.accept_conduct(actor(request), person=me, version=given.version)
    return settling(me.pk)


@router.put("/me/topics", response=list[str], summary="Choose your topics")
def choose_topics(request: HttpRequest, given: TopicsIn) -> list[str]:
    """Say what you work on, in the words of the list or others."""
    return [chosen.topic for chosen in acts.choose_topics(actor(request), person=_me(request), topics=given.topics)]


@router.put("/me/introduction", response=SettlingOut, summary="Introduce yourself")
def introduce(request: HttpRequest, given: IntroductionIn) -> Settling:
    """Introduce yourself to everybody, on your own page."""
    me = _me(request)
    acts.introduce(actor(request), person=me, text=given.text)
    return settling(me.pk)


@router.post("/me/onboarding/{step}", response=SettlingOut, summary="Take a step of settling in")
def take_step(request: HttpRequest, step: Literal["profile", "topics", "introduction"], given: StepIn) -> Settling:
    """Note that a step is done, or passed over."""
    me = _me(request)
    acts.take_step(actor(request), person=me, step=step, skipped=given.skipped)
    return settling(me.pk)


def _me(request: HttpRequest) -> Person:
    return found(find_person(signed_in(request).person_id or ""))
