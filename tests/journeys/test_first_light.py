"""The whole job in a browser, by keyboard: from the operator's link through setup, questions and vote to a stranger's check."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page, expect

from stoa.agenda import acts as agenda
from stoa.agenda.models import Round
from stoa.agenda.tasks import advance
from stoa.ballots.acts import cast
from stoa.cli.prepare import begin
from stoa.kit import clock
from stoa.people.links import first_link, make_link
from stoa.people.models import Person
from stoa.record.models import Blob
from tests.journeys.keyboard import Keyboard
from tests.live import LiveStoa
from tests.stage import acting

pytestmark = [pytest.mark.slow, pytest.mark.journey]

MEMBERS = 24
OPENS = datetime(2027, 3, 1, 12, tzinfo=UTC)
CLOSES = datetime(2027, 3, 15, 12, tzinfo=UTC)
TITLES = ["What does fine-tuning forget?", "Can extraction be bounded?", "Who reproduces whom?"]


@contextmanager
def browsing(browser: Browser, live: LiveStoa) -> Iterator[Keyboard]:
    """A browser of one person's own."""
    context = browser.new_context(base_url=live.address, locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
    yield Keyboard(context.new_page())
    context.close()


def test_a_community_votes_its_agenda_and_a_stranger_checks_it(
    browser: Browser, live_stoa: LiveStoa, tmp_path: Path
) -> None:
    begin()
    with browsing(browser, live_stoa) as founder:
        set_up(founder, live_stoa)
        announce(founder)
    advance()
    round_ = Round.objects.get(slug="2027")
    members = list(Person.objects.filter(name__startswith="Member").order_by("name"))
    assert len(members) == MEMBERS
    with signed_in(browser, live_stoa, members[0]) as proposer:
        propose(proposer, TITLES[0])
    for person, title in zip(members[1:], TITLES[1:], strict=False):
        agenda.propose_question(acting(person), round=round_, title=title, body="")
    with signed_in(browser, live_stoa, members[5]) as helper:
        estimate_and_offer(helper, TITLES[0])
    estimate_the_rest(round_, members)
    with clock.travel(OPENS + timedelta(hours=1)):
        advance()
        with signed_in(browser, live_stoa, members[0]) as voter:
            receipt = vote(voter)
        vote_for_the_rest(round_, members[1:])
        live_stoa.settle()
    with clock.travel(CLOSES + timedelta(minutes=1)):
        advance()
        live_stoa.settle()
    with clock.travel(CLOSES + timedelta(hours=25)):
        advance()
        live_stoa.settle()
        with browsing(browser, live_stoa) as visitor:
            read_result(visitor.page, round_)
    commitment = re.search(r"^commitment ([0-9a-f]{64})$", receipt, re.MULTILINE)
    assert commitment is not None
    round_.refresh_from_db()
    assert round_.ballot is not None
    opened = json.loads(bytes(Blob.objects.get(pk=round_.ballot.opened_blob).body))
    assert commitment[1] in {ballot["commitment"] for ballot in opened}
    check(live_stoa, tmp_path, round_)


def set_up(founder: Keyboard, live: LiveStoa) -> None:
    """From the link on the operator's console to a community with a name, founders and members."""
    page = founder.page
    link = first_link()
    assert link is not None
    page.goto(link)
    founder.press("Sign in as First founder")
    page.goto("/setup")
    founder.follow("Yourself")
    founder.write("Your name", "Ada Founder")
    founder.write("Your e-mail address", "ada@example.org")
    founder.press("Save")
    live.settle()
    confirmation = re.search(r"/account/confirm-email/\S+", str(mail.outbox[-1].body))
    assert confirmation is not None
    page.goto(confirmation[0])
    founder.press("Confirm", exact=False)
    page.goto("/setup")
    founder.follow("Name and purpose")
    founder.write("Name of the community", "Open Models Community")
    founder.write("What it is, in one paragraph", "We study open models.")
    founder.write("Who runs this server", "University North")
    founder.press("Save")
    page.goto("/setup/founders")
    founder.write("Name", "Grace Founder")
    founder.write("E-mail address", "grace@example.org")
    founder.date("Last day of their powers", clock.now() + timedelta(days=200))
    founder.press("Name", exact=False)
    page.goto("/setup/members")
    lines = ["name,email,organisation"]
    lines += [f"Member {n:02},member{n}@example.org,University {n % 4}" for n in range(1, MEMBERS + 1)]
    founder.write("Or paste the lines here", "\n".join(lines))
    founder.press("Read and show")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{MEMBERS} people would be invited")
    founder.press(f"Invite {MEMBERS} people")
    live.settle()
    assert sum(len(message.to) for message in mail.outbox if "member" in message.to[0]) == MEMBERS


def announce(founder: Keyboard) -> None:
    """The founder opens the first round."""
    founder.page.goto("/agenda/new")
    founder.write("What the round asks", "What should we work on in 2027?")
    founder.write("Short name for its address", "2027")
    now = clock.now() - timedelta(minutes=5)
    founder.date("Questions are taken from", now, time=True)
    founder.date("The vote opens", OPENS, time=True)
    founder.date("The vote closes", CLOSES, time=True)
    founder.press("Announce", exact=False)
    expect(founder.page.get_by_role("heading", level=1)).to_have_text("What should we work on in 2027?")


def propose(member: Keyboard, title: str) -> None:
    """A member puts a question to the round."""
    member.page.goto("/agenda/2027")
    member.follow("Propose a question")
    member.write("Your question", title)
    member.write("What is behind it", "Refusals fall after benign fine-tuning; by how much, $\\Delta r$, is unknown.")
    member.press("Propose", exact=False)
    expect(member.page.get_by_role("heading", level=1)).to_have_text(title)


def estimate_and_offer(member: Keyboard, title: str) -> None:
    """Another member says how many hours it takes, and offers some."""
    member.page.goto("/agenda/2027")
    member.follow(title)
    member.write("At least, hours", "80")
    member.write("At most, hours", "120")
    member.press("Estimate", exact=False)
    member.write("Hours that I would give", "60")
    member.press("Offer", exact=False)
    expect(member.page.get_by_role("main")).to_contain_text("60")


def estimate_the_rest(round_: Round, members: list[Person]) -> None:
    """The others do the same, through the same acts."""
    for question in round_.questions.order_by("pk"):
        for person in members[6:9]:
            agenda.estimate_effort(acting(person), question=question, low=80, high=120)
        agenda.offer_hours(acting(members[9]), question=question, hours=60)


def vote(voter: Keyboard) -> str:
    """A member ticks two questions, looks them over, casts, and gets a receipt."""
    page = voter.page
    page.goto("/agenda/2027/vote")
    voter.tick(TITLES[0])
    voter.tick(TITLES[1])
    voter.press("Look it over and cast")
    voter.write("Check words", "blue heron at noon")
    voter.press("Cast my ballot")
    text = page.get_by_role("main").inner_text()
    assert "stoa receipt v1" in text
    return text


def vote_for_the_rest(round_: Round, members: list[Person]) -> None:
    """The others vote: two thirds for the first two questions, one third for the last."""
    round_.refresh_from_db()
    assert round_.ballot is not None
    first, second, last = (question.reference for question in round_.questions.order_by("pk"))
    for number, person in enumerate(members):
        cast(acting(person), ballot=round_.ballot, approved=[last] if number % 3 == 0 else [first, second])


def read_result(page: Page, round_: Round) -> None:
    """A visitor reads what was chosen."""
    page.goto("/agenda/2027/result")
    main = page.get_by_role("main")
    expect(page.get_by_role("heading", level=1)).to_have_text("What was chosen")
    round_.refresh_from_db()
    for chosen in round_.decision.chosen.select_related("question"):
        expect(main.get_by_role("link", name=chosen.question.title).first).to_be_visible()
    expect(main).to_contain_text("stoa verify")


def check(live: LiveStoa, folder: Path, round_: Round) -> None:
    """A stranger, with nothing but the address, recomputes the decision."""
    environ = {**os.environ, "XDG_STATE_HOME": str(folder)}
    command = [sys.executable, "-m", "stoa.cli", "verify", live.address, "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    told = json.dumps(report)
    assert '"failed"' not in told
    assert str(round_.decision.spent) in told or "recomputed" in told.lower()


@contextmanager
def signed_in(browser: Browser, live: LiveStoa, person: Person) -> Iterator[Keyboard]:
    """The person's browser, after they used the link in their mail."""
    with browsing(browser, live) as keys:
        keys.page.goto(make_link(person, hours=2, once=False))
        keys.press(f"Sign in as {person.name}")
        yield keys
