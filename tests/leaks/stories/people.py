"""What is secret of a person: addresses, settings, ways of signing in, files, and who looked."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken

from stoa.kit import bounces, clock, once
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.files import acts as files
from stoa.kit.models import A_BOUNCE, A_FILE, A_MAIL, ATTEMPTS, SENT_TWICE
from stoa.members import acts as members
from stoa.people import acts as people
from stoa.people.links import make_link
from stoa.people.models import A_COPY, A_KEY, A_SETTING, AN_ADDRESS, SIGNING_IN
from stoa.record.models import A_LOOK
from tests.cast import browser
from tests.leaks.worlds import World, about
from tests.stage import acting

NEWCOMER = "newcomer@example.org"
ELSEWHERE = "somebody@example.net"


@about(A_FILE)
def what_one_sends(world: World) -> None:
    """Whether somebody sent a file, and what stands in it."""
    me = world.some[2]
    files.send(acting(me), person=me, name="mine.txt", body=b"otherwise" if world.otherwise else b"this way")
    if world.otherwise:
        files.begin(acting(me), person=me, name="another.pdf", size=9)


@about(A_COPY, A_FILE)
def whether_one_takes_ones_data_away(world: World) -> None:
    """Whether somebody asked for a copy of their data, and got it."""
    if world.otherwise:
        me = world.some[4]
        people.make_copy(CLOCK, copy=people.ask_for_data(acting(me), person=me), body=files.gather([b"PK"]))


@about(A_SETTING, A_KEY, SENT_TWICE)
def what_one_has_set(world: World) -> None:
    """Zone, mails, absence, keys for programs, and requests that these sent under a key."""
    if world.otherwise:
        me = world.some[4]
        people.edit_profile(acting(me), person=me, name=me.name, zone="Asia/Tokyo")
        people.choose_mail(acting(me), person=me, wants=False, digest=False)
        people.choose_following(acting(me), person=me, own=False)
        people.set_absence(acting(me), person=me, until=(clock.now() + timedelta(days=9)).date())
        members.take_step(acting(me), person=me, step="profile", skipped=True)
        people.send_digest(CLOCK, person=me, week="2027-W09", letter=None)
        with once.under("sent again"):
            people.create_token(acting(me), person=me, name="notebook")


@about(SIGNING_IN, ATTEMPTS, A_MAIL)
def how_one_signs_in(world: World) -> None:
    """Whether somebody signed in, asked for a code and for a link, and has a second factor and an account elsewhere."""
    program = SocialApp.objects.create(provider="github", name="GitHub", client_id="stoa")
    if world.otherwise:
        me = world.some[5]
        browser(me)
        browser().post("/account/login/", {"login": me.email}, REMOTE_ADDR="192.0.2.7")
        make_link(me, hours=1, once=True)
        Authenticator.objects.create(user=me, type=Authenticator.Type.TOTP, data={"secret": "x"})
        elsewhere = SocialAccount.objects.create(user=me, provider="github", uid="7", last_login=clock.now())
        SocialToken.objects.create(account=elsewhere, app=program, token="x")
        me.unsubscribe_token = "otherwise"
        me.save()


@about(AN_ADDRESS, SIGNING_IN)
def what_address_one_has(world: World) -> None:
    """The e-mail address of somebody, and of which addresses there are accounts."""
    address = ELSEWHERE if world.otherwise else NEWCOMER
    person = people.admit(OPERATOR, name="Newcomer", email=address)
    if world.otherwise:
        kept = EmailAddress.objects.create(user=person, email=address, primary=True)
        EmailConfirmation.objects.create(email_address=kept, key="key")


@about(A_BOUNCE, AN_ADDRESS)
def whether_mail_comes_back(world: World) -> None:
    """Whether mail to somebody comes back."""
    if world.otherwise:
        bounces.mark(world.some[15].email or "", "5.1.1")


@about(A_LOOK)
def whether_staff_looked(world: World) -> None:
    """Whether a founder looked at somebody's address."""
    if world.otherwise:
        people.see_private(acting(world.cast.founder), person=world.some[6], what="your e-mail address")
