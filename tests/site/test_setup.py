"""The setup of a new server, from the first founder's link to the first members."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stoa.charter.models import Community, Declaration, Policy
from stoa.config.proxy import seen_through
from stoa.kit import clock, outbox
from stoa.kit.act import OPERATOR
from stoa.kit.models import Mail
from stoa.people.acts import admit, begin_with_founder
from stoa.people.links import first_link
from stoa.people.models import Organisation, Person, Role
from stoa.record.models import Entry, Text
from tests.stage import begin

pytestmark = pytest.mark.django_db
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
LINES = "name,email,organisation\nGrace,Grace@example.org,Navy\nAlan,alan@example.org,\n"


@pytest.fixture
def founder() -> Client:
    """The first founder, signed in by the console's link."""
    cache.clear()
    begin()
    begin_with_founder(OPERATOR, until=clock.now() + timedelta(days=365))
    client = Client()
    link = first_link()
    assert link is not None
    client.post(link.removeprefix("http://stoa.test"))
    return client


def name_oneself(client: Client) -> Person:
    client.post("/setup/you", {"name": "Ada", "email": "ada@example.org"})
    outbox.deliver_due()
    link = re.search(r"/account/confirm-email/\S+", str(mail.outbox[-1].body))
    assert link is not None
    client.post(link[0])
    return Person.objects.get(email="ada@example.org")


def statuses(client: Client) -> dict[str, str]:
    return {step.key: step.status for step in client.get("/setup").context["steps"]}


def test_a_fresh_server_tells_its_operator_how_to_come_in(client: Client) -> None:
    begin()
    begin_with_founder(OPERATOR, until=clock.now() + timedelta(days=365))
    page = client.get("/").content.decode()
    assert "stoa up" in page
    assert "/setup" not in page


def test_setup_is_for_those_who_hold_its_powers(client: Client, founder: Client) -> None:
    assert client.get("/setup")["Location"] == "/account/login/?next=%2Fsetup"
    client.force_login(admit(OPERATOR, name="Member", email="member@example.org"))
    for page in ("", "/you", "/mail", "/members"):
        assert client.get(f"/setup{page}").status_code == 403
    assert "/setup" not in client.get("/").content.decode()
    assert "/setup" in founder.get("/").content.decode()


def test_first_one_says_who_one_is_and_confirms_the_address(founder: Client) -> None:
    assert founder.get("/setup/community")["Location"] == "/setup/you"
    ada = name_oneself(founder)
    assert (ada.name, statuses(founder)["you"]) == ("Ada", "done")
    assert Person.objects.count() == 1


def test_an_address_that_somebody_has_is_refused_with_what_was_typed(founder: Client) -> None:
    admit(OPERATOR, name="Member", email="member@example.org")
    page = founder.post("/setup/you", {"name": "Ada", "email": "Member@example.org"})
    assert (page.status_code, page.context["form"]["name"].value()) == (422, "Ada")
    assert "Somebody here has this address" in page.content.decode()


def test_a_new_server_is_set_up_step_by_step(founder: Client) -> None:
    ada = name_oneself(founder)
    founder.post("/setup/address", HTTP_HOST="stoa.test")
    assert statuses(founder)["address"] == "next"  # http on a public name is not right
    founder.post("/setup/mail", {})
    outbox.deliver_due()
    assert mail.outbox[-1].subject == "Test mail from Stoa"
    founder.post("/setup/mail", {"arrived": "yes"})
    founder.post(
        "/setup/community", {"name": "Open Models", "summary": "We study models.", "operator": "Ada", "sponsor": ""}
    )
    founder.post("/setup/look", {"logo": SimpleUploadedFile("logo.png", PIXEL), "accent": "#1F4E8C"})
    address = "someone@example.org"
    founder.post("/setup/contacts", {"contact": address, "security_contact": address, "conduct_contact": address})
    order = list(statuses(founder))
    assert order.index("contacts") < order.index("privacy")
    for kind in ("privacy", "conduct"):
        text = founder.get(f"/setup/{kind}").context["form"]["text"].value()
        assert "Open Models" in text
        assert "[[contact]]" not in text
        assert "[[conduct_contact]]" not in text
        paragraphs = [part for part in text.strip().split("\n\n") if not part.startswith(("|", "- "))]
        assert [part for part in paragraphs if "\n" in part] == []
        founder.post(f"/setup/{kind}", {"text": re.sub(r"\[\[\w+\]\]", "Utrecht", text)})
    until = (clock.now() + timedelta(days=300)).date().isoformat()
    founder.post("/setup/founders", {"name": "Barbara", "email": "barbara@example.org", "until": until})
    for kind in Declaration.Kind.values:
        founder.post("/setup/sponsor", {"kind": kind, "none": "on"})
    founder.post("/setup/members", {"text": LINES, "invite": "yes"})
    done = statuses(founder)
    assert {key for key, status in done.items() if status != "done"} == {"address", "factor"}
    assert Community.objects.get().name == "Open Models"
    assert Role.objects.filter(person=ada, role="founder").exists()
    assert set(Policy.objects.values_list("kind", flat=True)) == {"privacy", "conduct"}
    home = Client().get("/").content.decode()
    assert "We study models." in home
    assert "Run by Ada; no sponsor named. Support declared: none." in home


def test_nothing_of_the_setup_puts_a_name_or_address_on_the_record(founder: Client) -> None:
    name_oneself(founder)
    founder.post("/setup/members", {"text": LINES, "invite": "yes"})
    bodies = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))
    assert b"Grace" not in bodies
    assert b"example.org" not in bodies
    assert not Text.objects.filter(text__contains="Grace").exists()


def test_a_policy_is_not_published_while_a_place_is_open(founder: Client) -> None:
    name_oneself(founder)
    page = founder.post("/setup/privacy", {"text": "We are [[controller_address]] and [[authority]]."})
    assert page.status_code == 422
    assert "[[controller_address]], [[authority]]" in page.content.decode()
    assert page.context["form"]["text"].value() == "We are [[controller_address]] and [[authority]]."
    preview = founder.post("/setup/privacy", {"text": "# Hello\n\n<script>alert(1)</script>", "preview": "yes"})
    assert "Not published yet." in preview.content.decode()
    assert "<script>alert" not in preview.content.decode()
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    ("logo", "why"),
    [
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "This is not a PNG, JPEG or WebP picture.",
        ),
        (PIXEL + b"\0" * 200_000, "more than 200,000 bytes"),
        (PIXEL[:20], "breaks off"),
        (PIXEL[:16] + b"\0\1\0\0" + PIXEL[20:], "damaged"),
    ],
)
def test_what_is_no_picture_is_no_logo(founder: Client, logo: bytes, why: str) -> None:
    name_oneself(founder)
    page = founder.post("/setup/look", {"logo": SimpleUploadedFile("logo.png", logo), "accent": ""})
    assert page.status_code == 422
    assert why in page.content.decode()
    assert founder.get("/logo").status_code == 404


def test_logo_and_colour_are_served_so_that_nothing_in_them_can_run(founder: Client) -> None:
    name_oneself(founder)
    founder.post("/setup/look", {"logo": SimpleUploadedFile("logo.png", PIXEL), "accent": "#1f4e8c"})
    page = Client().get("/").content.decode()
    logo = Client().get("/logo")
    assert (logo.content, logo["Content-Type"], logo["X-Content-Type-Options"]) == (PIXEL, "image/png", "nosniff")
    assert logo["Content-Security-Policy"] == "default-src 'none'; sandbox"
    sheet = Client().get("/accent.css")
    assert sheet["Content-Type"] == "text/css; charset=utf-8"
    assert "--accent: light-dark(#1f4e8c, #" in sheet.content.decode()
    assert f'src="/logo?{len(PIXEL)}"' in page
    assert 'href="/accent.css?1f4e8c"' in page


@pytest.mark.parametrize("accent", ["#ffff00", "red", "#12", "#1f4e8c;}*{"])
def test_a_colour_that_cannot_be_read_is_refused_with_the_reason(founder: Client, accent: str) -> None:
    name_oneself(founder)
    page = founder.post("/setup/look", {"accent": accent})
    assert page.status_code == 422
    assert Client().get("/accent.css").status_code == 404


def test_a_founders_end_lies_ahead_and_within_the_first_founders(founder: Client) -> None:
    name_oneself(founder)
    for days, why in ((-1, "has passed"), (366, "fixed")):
        until = (clock.now() + timedelta(days=days)).date().isoformat()
        page = founder.post("/setup/founders", {"name": "B", "email": "b@example.org", "until": until})
        assert page.status_code == 422
        assert why in page.content.decode()
    proposed = re.findall(
        r'name="until" value="([0-9]{4}-[0-9]{2}-[0-9]{2})"', founder.get("/setup/founders").content.decode()
    )
    founder.post("/setup/founders", {"name": "B", "email": "b@example.org", "until": proposed[0]})
    assert len(set(Role.objects.filter(role="founder").values_list("end", flat=True))) == 1
    assert Mail.objects.get(kind="founder").to == "b@example.org"


def test_before_anything_is_sent_one_sees_who_gets_what(founder: Client) -> None:
    name_oneself(founder)
    file = SimpleUploadedFile(
        "members.csv", b"\xef\xbb\xbf" + LINES.replace(",", ";").encode() + b"Nobody;not-an-address;\n"
    )
    page = founder.post("/setup/members", {"file": file})
    text = page.content.decode()
    assert (page.status_code, Person.objects.count(), Mail.objects.filter(kind="first-member").count()) == (200, 1, 0)
    assert [(n.name, n.email, n.organisation) for n in page.context["new"]] == [
        ("Grace", "grace@example.org", "Navy"),
        ("Alan", "alan@example.org", ""),
    ]
    assert "Line 4: “not-an-address” is not an e-mail address." in text
    assert "Hello Grace," in page.context["body"]


def test_members_come_in_together_with_their_mails_once(founder: Client) -> None:
    name_oneself(founder)
    preview = founder.post("/setup/members", {"text": LINES})
    key = re.search(r'name="once" value="([^"]+)"', preview.content.decode())
    assert key is not None
    for _ in range(2):
        founder.post("/setup/members", {"text": LINES, "invite": "yes", "once": key[1]})
    mails = Mail.objects.filter(kind="first-member").order_by("pk")
    assert [m.to for m in mails] == ["grace@example.org", "alan@example.org"]
    grace = Person.objects.get(email="grace@example.org")
    assert (grace.name, [t.organisation.name for t in grace.ties.all()]) == ("Grace", ["Navy"])
    assert Organisation.objects.count() == 1
    link = re.search(r"http://stoa.test(/in/\S+)", mails[0].body)
    assert link is not None
    newcomer = Client()
    newcomer.post(link[1])
    assert newcomer.session["_auth_user_id"] == grace.pk


def test_who_is_here_already_is_passed_over(founder: Client) -> None:
    name_oneself(founder)
    founder.post("/setup/members", {"text": LINES, "invite": "yes"})
    page = founder.post("/setup/members", {"text": LINES + "Eve,eve@example.org,\n"})
    assert [n.name for n in page.context["new"]] == ["Eve"]
    assert [n.name for n in page.context["here"]] == ["Grace", "Alan"]


def test_the_address_page_tells_a_proxy_that_is_not_named_from_one_that_sends_nothing(
    founder: Client, settings: Any
) -> None:
    name_oneself(founder)
    settings.STOA = dataclasses.replace(settings.STOA, address="https://community.example")
    claims = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    page = founder.get("/setup/address", HTTP_HOST="community.example", REMOTE_ADDR="10.0.0.1")
    assert "Let your proxy send the header X-Forwarded-Proto" in page.content.decode()
    page = founder.get(
        "/setup/address", HTTP_HOST="community.example", REMOTE_ADDR="10.0.0.1", **{"asgi.scope": scope_of(claims, ())}
    )
    assert "from 10.0.0.1, which is not named in STOA_PROXY" in page.content.decode()
    scope = scope_of(claims, ("10.0.0.1",))
    page = founder.get(
        "/setup/address",
        HTTP_HOST="community.example",
        secure=True,
        REMOTE_ADDR=scope["client"][0],
        **{"asgi.scope": scope},
    )
    assert [check.right for check in page.context["checks"]] == [True, True, True]


def scope_of(claims: dict[str, str], trusted: tuple[str, ...]) -> Any:
    headers = [(name.encode(), value.encode()) for name, value in claims.items()]
    return seen_through({"type": "http", "headers": headers, "client": ("10.0.0.1", 5), "scheme": "http"}, trusted)


def test_fixed_names_answer(client: Client, founder: Client) -> None:
    assert "Disallow: /setup" in client.get("/robots.txt").content.decode()
    assert client.get("/.well-known/change-password")["Location"] == "/account/2fa/"
    assert client.get("/.well-known/security.txt").status_code == 404
    name_oneself(founder)
    address = "security@example.org"
    founder.post("/setup/contacts", {"contact": address, "security_contact": address, "conduct_contact": address})
    assert "Contact: mailto:security@example.org\n" in client.get("/.well-known/security.txt").content.decode()
    assert client.get("/favicon.ico").status_code == 302
