"""How the record's entries about rounds, questions, effort and mails read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stoa.agenda import events
from stoa.kit.words import Leaf, Text, Words, instant_words, register_words

OPENINGS = ("questions_open", "discussion_opens", "vote_opens", "vote_closes")
PHASES = dict.fromkeys(OPENINGS, instant_words)
OF_QUESTION = {"question": "question", "round": "round"}


def _announced(leaf: Leaf) -> Text:
    facts = leaf["facts"]
    if "discussion_opens" not in facts:
        return _(
            "{actor} announced {subject}: questions from {questions_open}, vote from {vote_opens} to {vote_closes}."
        )
    if "open_data" in facts:
        return _(
            "{actor} announced {subject}: questions from {questions_open}, discussion from {discussion_opens}, "
            "vote from {vote_opens} to {vote_closes}. Answers in the discussion become open data, without names."
        )
    return _(
        "{actor} announced {subject}: questions from {questions_open}, discussion from {discussion_opens}, "
        "vote from {vote_opens} to {vote_closes}."
    )


def _extended(leaf: Leaf) -> Text:
    if "discussion_opens" not in leaf["facts"]:
        return _("{actor} made {subject} longer: the vote opens {vote_opens} and closes {vote_closes}.")
    return _(
        "{actor} made {subject} longer: the discussion begins {discussion_opens}, "
        "the vote opens {vote_opens} and closes {vote_closes}."
    )


def _failed(leaf: Leaf) -> Text:
    if leaf["facts"]["reason"] == "no-questions":
        return _("{subject} ended without a vote: no question had enough estimates of its effort.")
    return _("{subject} ended without a vote: nobody had offered hours.")


def _offered(leaf: Leaf) -> Text:
    if leaf["facts"]["hours"] == 0:
        return _("{actor} took back their offer of hours for {subject}.")
    return _("{actor} offered hours for {subject}: {hours}.")


def _count(items: list[object]) -> str:
    return f"{len(items):,}"


register_words(
    events.RoundAnnounced,
    Words(
        _("Round announced"),
        _announced,
        shown=PHASES,
    ),
)
register_words(
    events.RoundExtended,
    Words(
        _("Round made longer"),
        _extended,
        shown=PHASES,
    ),
)
register_words(events.QuestionsOpened, Words(_("Questions opened"), _("{actor} let {subject} take questions.")))
register_words(
    events.DiscussionOpened,
    Words(_("Discussion opened"), _("{actor} let {subject} take statements and answers.")),
)
register_words(
    events.EffortFrozen,
    Words(
        _("Effort frozen"),
        _(
            "{actor} froze the effort of {questions} questions of {subject} and its capacity, {capacity} {unit}. "
            "Left out for want of estimates: {left_out}."
        ),
        shown={"questions": _count, "left_out": _count},
    ),
)
register_words(events.RoundFailed, Words(_("Round ended without a vote"), _failed))
register_words(
    events.RoundLost,
    Words(
        _("Round lost in an outage"),
        _(
            "{subject} ended: the server was restored from a backup, and what stood behind the last entries of this "
            "round is lost. What they say stands."
        ),
    ),
)
register_words(
    events.RoundDecided,
    Words(
        _("Agenda decided"),
        _(
            "{actor} put the agenda of {subject} on the record: {selected} questions chosen, {spent} of {capacity} spent."
        ),
        shown={"selected": _count},
    ),
)
register_words(
    events.VotesImported,
    Words(
        _("Votes imported"),
        _(
            "{actor} took {questions} questions and {votes} votes of {subject} from a file and passed {passed_over} over."
        ),
    ),
)
register_words(
    events.QuestionProposed,
    Words(_("Question proposed"), _("{actor} proposed the question {question} to {round}."), OF_QUESTION),
)
register_words(
    events.QuestionEdited,
    Words(_("Question edited"), _("{actor} changed the text of {question} (version {version})."), OF_QUESTION),
)
register_words(
    events.QuestionWithdrawn,
    Words(_("Question withdrawn"), _("{actor} withdrew the question {question}."), OF_QUESTION),
)
register_words(
    events.EffortEstimated,
    Words(_("Effort estimated"), _("{actor} estimated the effort of {question}: {low} to {high} hours."), OF_QUESTION),
)
register_words(events.HoursOffered, Words(_("Hours offered"), _offered, OF_QUESTION))
register_words(
    events.AnnouncementDrafted,
    Words(
        _("Mail drafted"),
        _("{actor} drafted a mail to everybody who may take part in {subject}. Another person has to confirm it."),
        texts_public=False,
    ),
)
register_words(
    events.AnnouncementSent,
    Words(
        _("Mail sent"), _("{actor} confirmed the mail that somebody else had drafted about {subject}. Mails: {mails}.")
    ),
)
register_words(
    events.RemindersSent,
    Words(_("Reminders sent"), _("{actor} sent the one reminder of {subject} to those who had not voted.")),
)
