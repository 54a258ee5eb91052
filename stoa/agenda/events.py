"""The public facts of the agenda: rounds and their phases, questions, effort, offers, decisions."""

from dataclasses import dataclass
from typing import Any, ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class RoundEvent(Event):
    """A fact about one round."""

    round: str
    subject_kind: ClassVar[str] = "round"


@dataclass(frozen=True)
class RoundAnnounced(RoundEvent):
    """A round with its dated phases."""

    questions_open: str
    vote_opens: str
    vote_closes: str
    discussion_opens: str | None = None
    open_data: bool | None = None
    type: ClassVar[str] = "agenda.round.announced"


@dataclass(frozen=True)
class RoundExtended(RoundEvent):
    """A phase was made longer. `outage_seconds` says for how long the server had been down, where that is why."""

    vote_opens: str
    vote_closes: str
    discussion_opens: str | None = None
    outage_seconds: int | None = None
    type: ClassVar[str] = "agenda.round.extended"


@dataclass(frozen=True)
class QuestionsOpened(RoundEvent):
    """The round takes questions from now on."""

    type: ClassVar[str] = "agenda.round.questions_opened"


@dataclass(frozen=True)
class DiscussionOpened(RoundEvent):
    """The round takes statements and answers from now on."""

    type: ClassVar[str] = "agenda.round.discussion_opened"


@dataclass(frozen=True)
class EffortFrozen(RoundEvent):
    """Effort and capacity as they count in the vote."""

    unit: str
    capacity: int
    questions: list[dict[str, Any]]
    left_out: list[str]
    type: ClassVar[str] = "agenda.effort_frozen"


@dataclass(frozen=True)
class RoundFailed(RoundEvent):
    """The round ended without a vote; the reason is a code: `no-questions`, `no-capacity`, or `no-time`."""

    reason: str
    type: ClassVar[str] = "agenda.round.failed"


@dataclass(frozen=True)
class RoundLost(RoundEvent):
    """The round ended with a restore: what stands on the record of it can't be gone on from, since the tables behind are lost."""

    type: ClassVar[str] = "agenda.round.lost"


@dataclass(frozen=True)
class RoundDecided(RoundEvent):
    """The agenda, as docs/record.md fixes it."""

    ballot: str
    method: str
    selected: list[dict[str, Any]]
    capacity: int
    spent: int
    majority: list[str] | None
    result: str | None
    type: ClassVar[str] = "agenda.decided"

    def facts(self) -> dict[str, Any]:
        """All facts, also where they are null: of ballots kept closed no more is published."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class VotesImported(RoundEvent):
    """Questions and votes were taken from a file: its digest, and how many were read and passed over."""

    file: str
    questions: int
    votes: int
    passed_over: int
    type: ClassVar[str] = "agenda.votes.imported"


@dataclass(frozen=True)
class AnswersCommitted(RoundEvent):
    """The discussion has ended: of how many people answers are kept, and the root of the commitments to them."""

    count: int
    root: str
    type: ClassVar[str] = "agenda.answers_committed"


@dataclass(frozen=True)
class AnswersUnlinked(RoundEvent):
    """Who gave which answers, and who wrote which statement, was deleted."""

    type: ClassVar[str] = "agenda.answers_unlinked"


@dataclass(frozen=True)
class AnswersImported(RoundEvent):
    """Statements and answers were taken from files: their digest, and how much was read and passed over."""

    files: str
    statements: int
    people: int
    answers: int
    passed_over: int
    type: ClassVar[str] = "agenda.answers.imported"


@dataclass(frozen=True)
class StatementEvent(Event):
    """A fact about one statement. Statements are unsigned: whoever acted is withheld."""

    statement: str
    subject_kind: ClassVar[str] = "statement"
    actor_withheld: ClassVar[bool] = True


@dataclass(frozen=True)
class StatementProposed(StatementEvent):
    """A statement was put to a round, about one of its questions where one is named."""

    round: str
    question: str | None = None
    type: ClassVar[str] = "agenda.statement.proposed"


@dataclass(frozen=True)
class StatementWithdrawn(StatementEvent):
    """A statement was withdrawn by its author."""

    type: ClassVar[str] = "agenda.statement.withdrawn"


@dataclass(frozen=True)
class QuestionEvent(Event):
    """A fact about one question."""

    question: str
    subject_kind: ClassVar[str] = "question"


@dataclass(frozen=True)
class QuestionProposed(QuestionEvent):
    """A question was put to a round."""

    round: str
    type: ClassVar[str] = "agenda.question.proposed"


@dataclass(frozen=True)
class QuestionProposedUnsigned(QuestionProposed):
    """The same, by a member who asked not to be named."""

    actor_withheld: ClassVar[bool] = True


@dataclass(frozen=True)
class QuestionEdited(QuestionEvent):
    """A question's text was changed by its author."""

    version: int
    type: ClassVar[str] = "agenda.question.edited"


@dataclass(frozen=True)
class QuestionEditedUnsigned(QuestionEdited):
    """The same, by a member who asked not to be named."""

    actor_withheld: ClassVar[bool] = True


@dataclass(frozen=True)
class QuestionWithdrawn(QuestionEvent):
    """A question was withdrawn by its author."""

    type: ClassVar[str] = "agenda.question.withdrawn"


@dataclass(frozen=True)
class QuestionWithdrawnUnsigned(QuestionWithdrawn):
    """The same, by a member who asked not to be named."""

    actor_withheld: ClassVar[bool] = True


@dataclass(frozen=True)
class EffortEstimated(QuestionEvent):
    """Somebody other than the proposer estimated the hours that a question takes."""

    low: int
    high: int
    type: ClassVar[str] = "agenda.effort.estimated"


@dataclass(frozen=True)
class HoursOffered(QuestionEvent):
    """Somebody offered hours for a question; 0 takes the offer back."""

    hours: int
    type: ClassVar[str] = "agenda.hours.offered"


@dataclass(frozen=True)
class AnnouncementDrafted(RoundEvent):
    """A mail to everybody who may take part was drafted; another person has to confirm it."""

    announcement: str
    type: ClassVar[str] = "agenda.announcement.drafted"


@dataclass(frozen=True)
class AnnouncementSent(RoundEvent):
    """A second person confirmed the mail, and it went out: addressed to `mails` people, less those who want none."""

    announcement: str
    mails: int
    type: ClassVar[str] = "agenda.announcement.sent"


@dataclass(frozen=True)
class RemindersSent(RoundEvent):
    """Those who had not voted got the one reminder; their number is not told while the vote is open."""

    type: ClassVar[str] = "agenda.reminders.sent"
