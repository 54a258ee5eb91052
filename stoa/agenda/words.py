"""How the record's entries about rounds, questions, effort and mails read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stoa.agenda import events
from stoa.kit.words import Leaf, Text, Words, counted, instant_words, register_words

OPENINGS = ("questions_open", "discussion_opens", "vote_opens", "vote_closes")
PHASES = dict.fromkeys(OPENINGS, instant_words)
OF_QUESTION = {"question": "question", "round": "round"}
OF_STATEMENT = {"statement": "statement", "round": "round", "question": "question"}


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
    if "outage_seconds" in leaf["facts"]:
        return _(
            "{actor} moved what lay ahead in {subject} by {outage_seconds}, since the server was down: "
            "the vote opens {vote_opens} and closes {vote_closes}."
        )
    if "discussion_opens" not in leaf["facts"]:
        return _("{actor} made {subject} longer: the vote opens {vote_opens} and closes {vote_closes}.")
    return _(
        "{actor} made {subject} longer: the discussion begins {discussion_opens}, "
        "the vote opens {vote_opens} and closes {vote_closes}."
    )


def _failed(leaf: Leaf) -> Text:
    if leaf["facts"]["reason"] == "no-questions":
        return _("{subject} ended without a vote: no question had enough estimates of its effort.")
    if leaf["facts"]["reason"] == "no-time":
        return _("{subject} ended without a vote: the server was down for all of the time for voting.")
    return _("{subject} ended without a vote: nobody had offered hours.")


def _offered(leaf: Leaf) -> Text:
    if leaf["facts"]["hours"] == 0:
        return _("{actor} took back their offer of hours for {subject}.")
    return _("{actor} offered {hours} for {subject}.")


def _estimated(leaf: Leaf) -> Text:
    if leaf["facts"]["low"] == leaf["facts"]["high"]:
        return _("{actor} estimated the effort of {question}: {high}.")
    return _("{actor} estimated the effort of {question}: {low} to {high}.")


def _frozen(leaf: Leaf) -> Text:
    if leaf["facts"]["left_out"]:
        return _(
            "{actor} froze the effort of {questions} of {subject} and its capacity, {capacity} {unit}. "
            "Too few people had estimated {left_out} more."
        )
    return _("{actor} froze the effort of {questions} of {subject} and its capacity, {capacity} {unit}.")


def _sent(leaf: Leaf) -> Text:
    if leaf["facts"]["mails"] == 0:
        return _(
            "{actor} confirmed the mail that somebody else had drafted about {subject}. Nobody was there to get it."
        )
    return _("{actor} confirmed the mail that somebody else had drafted about {subject}, addressed to {mails}.")


_hours = counted("{n} hour", "{n} hours")
_questions = counted("{n} question", "{n} questions")


def _how_many(items: list[object]) -> object:
    return _questions(len(items))


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
        shown=PHASES | {"outage_seconds": counted("{n} second", "{n} seconds")},
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
        _frozen,
        shown={"questions": _how_many, "left_out": _how_many},
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
        _("{actor} put the agenda of {subject} on the record: {selected} chosen, {spent} of {capacity} taken up."),
        shown={"selected": _how_many},
    ),
)
register_words(
    events.VotesImported,
    Words(
        _("Votes imported"),
        _("{actor} took {questions} and {votes} of {subject} from a file and passed {passed_over} over."),
        shown={
            "questions": _questions,
            "votes": counted("{n} vote", "{n} votes"),
            "passed_over": counted("{n} line", "{n} lines"),
        },
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
    events.StatementProposed,
    # Who may read a statement changes: it can be held, removed or withdrawn. Its own page shows it to whoever may.
    Words(
        _("Statement proposed"),
        _("The statement “{statement}” was proposed in {round}."),
        OF_STATEMENT,
        texts_public=False,
    ),
)
register_words(
    events.StatementWithdrawn,
    Words(_("Statement withdrawn"), _("The statement “{statement}” was withdrawn by its author."), OF_STATEMENT),
)
register_words(
    events.AnswersCommitted,
    Words(
        _("Answers committed to"),
        _("{actor} ended the discussion of {subject} and committed to the answers of {count}."),
        shown={"count": counted("{n} person", "{n} people")},
    ),
)
register_words(
    events.AnswersImported,
    Words(
        _("Discussion imported"),
        _(
            "{actor} took {statements} and {answers} of {people} into {subject} from files and passed {passed_over} over. "
            "Those people are no members."
        ),
        shown={
            "statements": counted("{n} statement", "{n} statements"),
            "answers": counted("{n} answer", "{n} answers"),
            "people": counted("{n} person", "{n} people"),
            "passed_over": counted("{n} row", "{n} rows"),
        },
    ),
)
register_words(
    events.AnswersUnlinked,
    Words(
        _("Answers made nobody's"),
        _("{actor} deleted who gave which answers in {subject}, and who wrote which statement."),
    ),
)
register_words(
    events.EffortEstimated,
    Words(_("Effort estimated"), _estimated, OF_QUESTION, {"high": _hours}),
)
register_words(events.HoursOffered, Words(_("Hours offered"), _offered, OF_QUESTION, {"hours": _hours}))
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
    Words(_("Mail sent"), _sent, shown={"mails": counted("{n} person", "{n} people")}),
)
register_words(
    events.RemindersSent,
    Words(_("Reminders sent"), _("{actor} sent the one reminder of {subject} to those who had not voted.")),
)
