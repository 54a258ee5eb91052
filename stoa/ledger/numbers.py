"""The numbers that a charter fixes, as its page says them."""

from __future__ import annotations

from collections.abc import Iterator

from stoa.charter.text import Terms
from stoa.kit.numerals import numeral
from stoa.kit.words import Show, counted

_hours = counted("{n} hour", "{n} hours")
_days = counted("{n} day", "{n} days")


def _plain(number: int) -> str:
    return numeral(number)


NUMBERS: dict[str, tuple[str, Show]] = {
    "questions_per_person_and_round": ("Questions that a person may propose in a round", _plain),
    "statements_per_person_and_round": ("Statements that a person may propose in a round", _plain),
    "estimates_needed": ("Estimates that a question needs before a vote", _plain),
    "hours_per_offer": ("Most that a person can offer for a question", _hours),
    "days_as_new_account": ("An account is new for", _days),
    "posts_per_hour_of_new_accounts": ("Posts and statements in an hour from a new account", _plain),
    "posts_per_hour": ("Posts and statements in an hour from others", _plain),
    "posts_per_hour_of_stewards": ("Posts and statements in an hour from a steward", _plain),
    "first_posts_held": ("First posts of an account that wait for a moderator", _plain),
    "days_with_first_posts_held": ("Days in which an account’s posts may have to wait", _plain),
    "reports_per_day": ("Reports that a person can make in a day", _plain),
    "runs_per_day": ("Runs that a person can begin in a day", _plain),
    "check_hours": ("Time for checking before ballots are opened", _hours),
    "reminder_hours_before_close": ("The one reminder goes out before the close", _hours),
    "founder_term_days": ("Founders’ powers end after", _days),
    "sign_in_link_hours": ("A sign-in link works for", _hours),
    "appeal_days": ("An appeal can be made for", _days),
    "places_move_days": ("A place that comes free goes to who waits for", _days),
    "suspension_days_most": ("A suspension lasts at most", _days),
    "term_notice_days": ("The end of a term is told before it by", _days),
    "ties_asked_after_days": ("Members are asked whether their ties still hold after", _days),
    "log_open_after_days": ("The log of a run whose result is settled can be fetched by all after", _days),
    "sponsor_members_percent": ("Most members whom the sponsor may employ, of a hundred", _plain),
}
"""What each number of the charter is called, and how its value reads."""


def in_words(terms: Terms) -> Iterator[tuple[str, object]]:
    """The numbers of these terms, in the charter's order. One that has no words here is called by its name."""
    for name, number in (*terms.limits.items(), *terms.windows.items()):
        label, show = NUMBERS.get(name, (name.replace("_", " ").capitalize(), _plain))
        yield label, show(number)
