"""Who asks, and by which scheme: only a trusted proxy is believed."""

from __future__ import annotations

import pytest

from stoa.config.proxy import seen_through

TRUSTED = ("127.0.0.1/32", "10.0.0.0/8", "::1/128")


def seen(client: str, *headers: tuple[bytes, bytes]) -> tuple[str, str, list[tuple[bytes, bytes]]]:
    scope = {"client": (client, 4000), "scheme": "http", "headers": [(b"host", b"stoa.test"), *headers]}
    found = seen_through(scope, TRUSTED)
    return found["client"][0], found["scheme"], found["headers"]


HOST = [(b"host", b"stoa.test")]


@pytest.mark.parametrize(
    ("client", "forwarded", "visitor"),
    [
        ("127.0.0.1", b"192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", b"203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", b"203.0.113.9, 192.0.2.7, 10.0.0.3", "192.0.2.7"),
        ("127.0.0.1", b"10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("::1", b"2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", b"192.0.2.7, nonsense", "127.0.0.1"),
        ("127.0.0.1", b"", "127.0.0.1"),
        ("198.51.100.1", b"192.0.2.7", "198.51.100.1"),
    ],
)
def test_the_visitor_is_the_first_hop_from_the_end_that_is_not_trusted(client, forwarded, visitor):
    assert seen(client, (b"x-forwarded-for", forwarded)) == (visitor, "http", HOST)


def test_several_header_lines_count_as_one():
    lines = ((b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-for", b"192.0.2.7, 10.0.0.3"))
    assert seen("127.0.0.1", *lines) == ("192.0.2.7", "http", HOST)


@pytest.mark.parametrize(
    ("client", "claimed", "scheme"),
    [
        ("127.0.0.1", b"https", "https"),
        ("127.0.0.1", b"http, https", "https"),
        ("127.0.0.1", b"gopher", "http"),
        ("198.51.100.1", b"https", "http"),
    ],
)
def test_the_scheme_is_what_the_trusted_proxy_says(client, claimed, scheme):
    assert seen(client, (b"x-forwarded-proto", claimed)) == (client, scheme, HOST)


def test_no_claim_reaches_django_whoever_makes_it():
    claims = tuple(
        (name, b"evil.example")
        for name in (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-port", b"x-real-ip")
    )
    for client in ("127.0.0.1", "198.51.100.1"):
        assert seen(client, *claims) == (client, "http", HOST)
