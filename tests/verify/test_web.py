"""A server that is slow, broken or hostile costs a stranger some patience, never more."""

import gzip
from collections.abc import Iterator

import httpx
import pytest

from stoa.verify.faults import Broken, Unreachable
from stoa.verify.web import LOOK_AHEAD, ONE_ANSWER, TRIES, WHOLE_RUN, Patience, Web
from tests.verify.conftest import Site, Stranger


@pytest.fixture
def web(site: Site) -> Iterator[Web]:
    web = Web(httpx.URL(f"{site.url}/record"), each=Patience(0.5, 10**6), first_pause=0.0)
    yield web
    web.close()


def test_a_body_is_fetched_and_one_that_is_not_there_is_none(site: Site, web: Web) -> None:
    site.files = {"a": b"body"}
    assert (web.get("a", 4), web.get("b", 4)) == (b"body", None)


def test_a_body_above_its_cap_is_refused(site: Site, web: Web) -> None:
    site.files = {"a": bytes(1_000_000)}
    with pytest.raises(Broken, match=r"^a is larger than the 999,999 bytes that it can rightly have\.$"):
        web.get("a", 999_999)


def test_bodies_come_in_the_order_asked_however_many(site: Site, web: Web) -> None:
    site.files = {str(n): str(n).encode() for n in range(3 * LOOK_AHEAD)}
    wanted = [*site.files, "not there"]
    assert list(web.in_order((path, 9) for path in wanted)) == [*(path.encode() for path in site.files), None]


def test_no_more_is_asked_ahead_than_what_fits_in_memory(site: Site, web: Web) -> None:
    site.files = {str(n): b"" for n in range(3 * LOOK_AHEAD)}
    bodies = web.in_order((path, 9) for path in site.files)
    next(bodies)
    bodies.close()  # type: ignore[attr-defined]
    assert len(site.asked) <= LOOK_AHEAD


@pytest.mark.parametrize("times", range(TRIES))
def test_a_server_that_is_busy_is_asked_again(site: Site, web: Web, times: int) -> None:
    site.files, site.fails = {"a": b"body"}, {"a": times}
    assert web.get("a", 4) == b"body"
    assert len(site.asked) == 1 + times


def test_a_server_that_stays_busy_is_given_up(site: Site, web: Web) -> None:
    site.fails = {"a": 99}
    with pytest.raises(Unreachable, match=r"^a: the server answered 503, tried 4 times\.$"):
        web.get("a", 4)
    assert len(site.asked) == TRIES


def test_a_server_that_refuses_is_not_asked_again(site: Site, web: Web) -> None:
    site.refused = {"a"}
    with pytest.raises(Unreachable, match=r"^a: the server answered 403\.$"):
        web.get("a", 4)
    assert len(site.asked) == 1


def test_nobody_listening_is_said_to_be_out_of_reach() -> None:
    web = Web(httpx.URL("http://127.0.0.1:9/record"), first_pause=0.0)
    with pytest.raises(Unreachable, match=r"^checkpoint: the server can't be reached, tried 4 times\.$"):
        web.get("checkpoint", 4)
    web.close()


@pytest.mark.slow
def test_an_answer_that_drips_is_cut_off(site: Site, web: Web) -> None:
    site.drips = {"a"}
    with pytest.raises(Unreachable, match=r"^a: the server did not answer in time, tried 4 times\.$"):
        web.get("a", 10**9)


def test_a_run_as_a_whole_has_an_end_too(site: Site) -> None:
    site.drips = {"a"}
    web = Web(httpx.URL(f"{site.url}/record"), total=Patience(0.3, 10**6), first_pause=0.0)
    with pytest.raises(Unreachable, match=r"^a: the server did not answer in time, tried 1 times\.$"):
        web.get("a", 10**9)
    web.close()


def test_patience_grows_with_what_comes() -> None:
    assert ONE_ANSWER.seconds(0) == 60
    assert ONE_ANSWER.seconds(16_842_752) == 60 + 1028
    assert WHOLE_RUN.seconds(450_000_000) > 10_000


def test_a_redirect_on_the_same_server_is_followed(site: Site, web: Web) -> None:
    site.files, site.moved = {"b": b"body"}, {"a": "/record/b"}
    assert web.get("a", 4) == b"body"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2/record/a",
        "http://127.0.0.1:9/record/a",
        "//elsewhere.example/a",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
def test_a_redirect_elsewhere_is_refused(site: Site, web: Web, target: str) -> None:
    site.moved = {"a": target}
    with pytest.raises(Unreachable, match=r"^a: (the server sends us elsewhere|Invalid URL in location header)"):
        web.get("a", 4)


def test_redirects_in_a_circle_end(site: Site, web: Web) -> None:
    site.moved = {"a": "/record/a"}
    with pytest.raises(Unreachable, match=r"^a: the server redirects again and again\.$"):
        web.get("a", 4)


def test_a_compressed_answer_is_not_unpacked(site: Site, web: Web) -> None:
    site.files, site.headers = {"a": gzip.compress(bytes(10**6))}, {"Content-Encoding": "gzip"}
    with pytest.raises(Unreachable, match=r"^a: the server compressed its answer although asked not to\.$"):
        web.get("a", 10**9)


def test_a_server_without_a_record_stops_the_run(site: Site, stranger: Stranger) -> None:
    report = stranger.verify(site.url)
    assert report.exit_code == 2
    assert report.stopped == f"There is no record here: {site.url}/record/vkey was not found."


def test_a_server_that_stops_answering_stops_the_run_and_fails_nothing(site: Site, stranger: Stranger) -> None:
    site.serve(site.community())
    site.moved = {path: "http://elsewhere.example/" for path in site.files if path.startswith("blob/")}
    report = stranger.verify(site.url)
    assert (report.exit_code, report.failed) == (2, False)
    assert report.as_json()["outcome"] == "stopped"
