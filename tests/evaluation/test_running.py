"""Runs on a member's machine: resumed after `kill -9`, no sample twice; endpoints that fail in every way; no key in any log."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stoa.evaluation.faults import Unusable
from stoa.evaluation.plans import digest_of
from stoa.evaluation.runner.endpoint import Endpoint, measured
from tests.evaluation.endpoint import Asked, Way, completion, endpoint, right

pytestmark = pytest.mark.slow

KEY = "sk-a\"very/secret'key"
SAMPLES = 24
SUITE = "small_checks"
WARMING = 4
NAME = "smollm2-135m-instruct.q4_1"


def begun(asked: Asked, folder: Path, *more: object, key: str = KEY, suite: str = SUITE) -> subprocess.Popen[str]:
    """`stoa lab demo` of one suite against the endpoint, in a process of its own."""
    arguments = [
        "--suite",
        suite,
        "--samples",
        SAMPLES,
        "--endpoint",
        asked.address,
        "--folder",
        folder,
        "--yes",
        "--name",
        NAME,
        *more,
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "stoa.cli", "lab", "demo", *map(str, arguments)],
        env=os.environ | {"STOA_ENDPOINT_KEY": key, "COLUMNS": "200", "XDG_DATA_HOME": str(folder / "inspect")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def log_of(folder: Path) -> Path:
    (log,) = folder.rglob("log.eval")
    return log


def samples_of(log: Path) -> Counter[str]:
    with zipfile.ZipFile(log) as packed:
        names = [name for name in packed.namelist() if name.startswith("samples/")]
        return Counter(str(json.loads(packed.read(name))["id"]) for name in names)


def verdict_of(log: Path) -> dict[str, Any]:
    """What whoever checks it finds, by the plan that the run was of."""
    plan = log.parent.parent / "plan.json"
    done = subprocess.run(
        [sys.executable, "-m", "stoa.evaluation.logs", str(log), str(plan)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def slowly(asked: Asked, before: int) -> tuple[int, bytes, float]:
    return 200, completion("42"), 0.15


def kill_at(folder: Path, points: list[int]) -> None:
    """Kill a run each time that the endpoint was asked so often, let it go on after each, and look at what came of it."""
    with endpoint(slowly) as asked:
        for point in points:
            process, asked_before = begun(asked, folder), asked.total
            while asked.total - asked_before < point and process.poll() is None:
                time.sleep(0.01)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        code, _, err = ended(begun(asked, folder))
    assert code == 0, err
    assert samples_of(log_of(folder)) == Counter({f"{number + 1:04}": 1 for number in range(SAMPLES)})
    warming = 4 * (len(points) + 1)
    in_flight = 4 * len(points)
    assert asked.total <= SAMPLES + warming + in_flight
    verdict = verdict_of(log_of(folder))
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])


def test_a_run_that_is_killed_goes_on_and_asks_no_finished_sample_again(tmp_path: Path) -> None:
    kill_at(tmp_path, [WARMING + 9, WARMING + 7])


@pytest.mark.prove
@pytest.mark.parametrize("point", range(WARMING, WARMING + 20))
def test_a_run_that_is_killed_at_any_of_20_points_goes_on(tmp_path: Path, point: int) -> None:
    kill_at(tmp_path, [point])


def test_no_log_that_is_given_away_holds_key_or_endpoint(tmp_path: Path) -> None:
    def echoing(asked: Asked, before: int) -> tuple[int, bytes, float]:
        return 200, completion(f"My endpoint is {asked.address}, my key {KEY}."), 0

    with endpoint(echoing) as asked:
        code, out, err = ended(begun(asked, tmp_path))
    assert code == 0, err
    assert asked.keys == {f"Bearer {KEY}"}
    with zipfile.ZipFile(log_of(tmp_path)) as packed:
        whole = b"".join(packed.read(name) for name in packed.namelist())
    for secret in (KEY, json.dumps(KEY)[1:-1], asked.address, asked.address[7:-3], str(Path(__file__).parents[2])):
        assert secret.encode() not in whole
        assert secret not in out + err
    assert b"My endpoint is [removed], my key [removed]." in whole


def test_a_trial_against_an_endpoint_says_the_model_that_was_named_and_knows_no_weights_of_it(tmp_path: Path) -> None:
    with endpoint() as asked:
        code, out, err = ended(begun(asked, tmp_path, "--name", "somebody/large-70b"))
    assert code == 0, err
    assert "24 samples to ask of somebody/large-70b." in out
    with zipfile.ZipFile(log_of(tmp_path)) as packed:
        told = json.loads(packed.read("header.json"))["eval"]["metadata"]["stoa"]
    assert told["model_digest"] == ""
    verdict = verdict_of(log_of(tmp_path))
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])


def test_a_log_is_checked_by_the_registered_digest_of_a_plan_whose_texts_were_removed(tmp_path: Path) -> None:
    with endpoint() as asked:
        code, _, err = ended(begun(asked, tmp_path))
    assert code == 0, err
    file = log_of(tmp_path).parent.parent / "plan.json"
    plan = json.loads(file.read_text())
    emptied = plan | {"title": "Text removed", "digest": digest_of(plan)}
    for removed, kinds in ((False, {"plan.other"}), (True, set())):
        file.write_text(json.dumps(emptied | {"texts_removed": removed}))
        assert verdict_of(log_of(tmp_path))["counts"].keys() == kinds


def everything_in(log: Path) -> bytes:
    """All parts of a log one after the other."""
    with zipfile.ZipFile(log) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def test_what_is_given_away_of_samples_that_failed_first_tells_neither_the_endpoint_nor_where_files_lie(
    tmp_path: Path,
) -> None:
    def refusing(asked: Asked, before: int) -> tuple[int, bytes, float]:
        fault = json.dumps({"error": {"message": f"no room at {asked.address}"}}).encode()
        return right(asked, before) if before or asked.total <= WARMING else (400, fault, 0)

    with endpoint(refusing) as asked:
        code, _, err = ended(begun(asked, tmp_path))
    assert code == 0, err
    whole = everything_in(log_of(tmp_path))
    assert whole.count(b"ModelGenerateError") == SAMPLES
    root = str(Path(__file__).parents[2])
    for secret in (asked.address, asked.address[7:-3], "no room", root, sys.prefix, "site-packages"):
        assert secret.encode() not in whole
    verdict = verdict_of(log_of(tmp_path))
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])


@pytest.mark.parametrize("key", ["token", "1", "x", "samples-of-it", "messages"])
def test_a_key_that_is_a_word_of_the_log_spoils_nothing(tmp_path: Path, key: str) -> None:
    with endpoint() as asked:
        code, _, err = ended(begun(asked, tmp_path, key=key))
    assert code == 0, err
    assert asked.keys == {f"Bearer {key}"}
    verdict = verdict_of(log_of(tmp_path))
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])


def test_a_secret_in_a_long_answer_is_taken_out_and_the_log_still_holds(tmp_path: Path) -> None:
    def echoing(asked: Asked, before: int) -> tuple[int, bytes, float]:
        return 200, completion(f"{'It is long. ' * 40}\nMy key\n{KEY}."), 0

    with endpoint(echoing) as asked:
        code, _, err = ended(begun(asked, tmp_path))
    assert code == 0, err
    whole = everything_in(log_of(tmp_path))
    assert json.dumps(KEY)[1:-1].encode() not in whole
    assert b"attachment://" in whole
    verdict = verdict_of(log_of(tmp_path))
    assert verdict["counts"].keys() <= {
        "time.fast",
        "tokens.text",
    }  # the endpoint answers at once and counts three tokens


def shaky(asked: Asked, before: int) -> tuple[int, bytes, float]:
    """Each prompt fails once with a fault of the server's, then is answered."""
    return right(asked, before) if before or len(asked.prompts) % 5 else (500, b"{}", 0)


def test_an_endpoint_that_fails_now_and_then_is_asked_again(tmp_path: Path) -> None:
    with endpoint(shaky) as asked:
        code, _, err = ended(begun(asked, tmp_path))
    assert code == 0, err
    assert set(samples_of(log_of(tmp_path)).values()) == {1}
    verdict = verdict_of(log_of(tmp_path))
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])


def late(asked: Asked, before: int) -> tuple[int, bytes, float]:
    """Some prompts are answered later than anybody waits, and at once when they are asked again."""
    slow = asked.total > WARMING and not before and len(asked.prompts) % 8 == 0
    return 200, completion("42"), 6 if slow else 0


def test_what_was_not_answered_in_time_is_asked_again_and_the_log_holds(tmp_path: Path) -> None:
    with endpoint(late) as asked:
        code, _, err = ended(begun(asked, tmp_path, "--patience", 3))
    assert code == 0, err
    assert max(asked.prompts.values()) > 1
    verdict = verdict_of(log_of(tmp_path))
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])


def breaking(status: int, body: bytes) -> Way:
    """Right while it is warmed up and for ten samples, then broken."""
    return lambda asked, before: right(asked, before) if asked.total <= WARMING + 10 else (status, body, 0)


def always(status: int, body: bytes, seconds: float = 0) -> Way:
    return lambda asked, before: (status, body, seconds)  # noqa: ARG005 - what any endpoint is told


@pytest.mark.parametrize("way", [breaking(200, b"<html>"), breaking(400, b"{}")], ids=["no JSON", "refused"])
def test_a_run_whose_endpoint_breaks_keeps_what_is_finished_and_goes_on_when_it_is_mended(
    tmp_path: Path, way: Way
) -> None:
    with endpoint(way) as asked:
        code, _, err = ended(begun(asked, tmp_path))
    assert code == 1
    fault = err.strip().splitlines()[-1]
    assert fault.startswith("stoa: Not every sample of stoa/small_checks was answered")
    assert fault.endswith("Run the same command again: what is finished is kept.")
    assert asked.address not in fault
    assert "Traceback" not in err
    with endpoint() as mended:
        code, _, err = ended(begun(mended, tmp_path))
    assert code == 0, err
    assert len(samples_of(log_of(tmp_path))) == SAMPLES
    assert mended.total < SAMPLES + 4
    verdict = verdict_of(log_of(tmp_path))
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (always(200, b"", 5), "did not answer within 1 seconds"),
        (always(500, b""), "answered 500"),
        (always(401, b"{}"), "Set the key in STOA_ENDPOINT_KEY"),
        (always(404, b"{}"), "Check the address and the model's name"),
        (always(200, b"<html>"), "not that of a chat model"),
        (always(200, b'{"choices": []}'), "not that of a chat model"),
        (always(200, b"[]"), "not that of a chat model"),
    ],
)
def test_an_endpoint_that_does_not_work_is_told_before_anything_begins(way: Way, said: str) -> None:
    with endpoint(way) as asked, pytest.raises(Unusable, match=said):
        measured(Endpoint(asked.address, "m", at_once=2, patience=1))


def dripping(asked: Asked, before: int) -> tuple[int, Iterator[bytes], float]:
    """A right answer, of which each byte comes long after the one before."""

    def slowly() -> Iterator[bytes]:
        for byte in completion("42"):
            time.sleep(0.2)
            yield bytes([byte])

    return 200, slowly(), 0


def endless(asked: Asked, before: int) -> tuple[int, Iterator[bytes], float]:
    """An answer that never ends."""
    return 200, itertools.repeat(b" " * 65_536), 0


@pytest.mark.parametrize(
    ("way", "said"), [(dripping, "did not answer within 1 seconds"), (endless, "not that of a chat model")]
)
def test_an_endpoint_whose_answer_does_not_end_is_told_as_one_that_does_not_work(way: Way, said: str) -> None:
    with endpoint(way) as asked, pytest.raises(Unusable, match=said):
        measured(Endpoint(asked.address, "m", at_once=2, patience=1))


def test_an_endpoint_that_is_not_there_is_told_without_its_address() -> None:
    with endpoint() as asked:
        pass
    with pytest.raises(Unusable, match="can't be reached") as fault:
        measured(Endpoint(asked.address, "m"))
    assert asked.address not in str(fault.value)


def test_refusal_is_asked_from_a_local_copy_and_checked_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.csv"
    subjects = {"locks": "opening", "mail": "reading", "alarms": "ringing"}
    rows = [f"Request {n} on {doing},{subject}" for subject, doing in subjects.items() for n in range(4)]
    copy.write_text("\n".join(["Behavior,SemanticCategory", *rows]))
    answers = {
        "opening": "I can't help with that.",
        "reading": "I don't have any information about that, but letters open with steam.",
        "ringing": "Sure: press the red button.",
    }

    def by_subject(asked: Asked, before: int) -> tuple[int, bytes, float]:
        last = list(asked.prompts)[-1]
        return 200, completion(next((said for word, said in answers.items() if word in last), "42")), 0

    monkeypatch.setenv("STOA_LAB_HARMFUL", str(copy))
    with endpoint(by_subject) as asked:
        code, out, err = ended(begun(asked, tmp_path, "--at-once", 1, suite="refusal"))
    assert code == 0, err
    assert "12 samples to ask" in out  # as many as the copy has
    monkeypatch.delenv("STOA_LAB_HARMFUL")
    verdict = verdict_of(log_of(tmp_path))
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])
    found = {name: (round(one["value"], 3), one["clusters"]) for name, one in verdict["measures"].items()}
    assert found == {"refused": (0.333, 3), "partial": (0.333, 3), "complied": (0.333, 3)}


def test_log_probabilities_are_not_measurable_through_an_endpoint_that_gives_none(tmp_path: Path) -> None:
    with endpoint() as asked:
        code, out, err = ended(begun(asked, tmp_path, "--suite", "min_k"))
    assert code == 0, err
    rows = [line.split() for line in out.splitlines() if line.startswith("stoa/min_k")]
    assert rows == [["stoa/min_k", "auroc", "not", "measurable", "here", "0"]]
    (log,) = tmp_path.rglob("min_k-*/log.eval")
    verdict = verdict_of(log)
    assert (verdict["verdict"], verdict["faults"], verdict["not_measurable"]) == ("follows", [], ["auroc"])
