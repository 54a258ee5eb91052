"""Times and tokens: what holds what, what adds up, and what no machine can do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stoa.evaluation.logs.faults import Fault
from stoa.evaluation.logs.reading import Entry, Log
from stoa.evaluation.logs.samples import place
from stoa.evaluation.logs.transcript import Transcript, count, instant, mapping, seconds
from stoa.evaluation.words import BYTES_A_TOKEN

SLACK = 2.0
"""Seconds by which two clocks of one machine may differ in a log: Inspect writes some instants in whole seconds."""
SKEW = 300.0
"""Seconds by which a member's clock may differ from the server's."""
FASTEST = 10_000.0
"""Tokens a second that one answer may be written with; the fastest machines that are known to us write some thousands."""
_ROOM = 64
_USAGE = ("input_tokens", "output_tokens", "total_tokens")
_REMEMBERED = ("input_tokens_cache_read", "input_tokens_cache_write")
"""Tokens of what was asked that an endpoint had read before, which Inspect counts apart."""


@dataclass(frozen=True)
class Span:
    """The time in which a run may lie, in seconds since 1970; None where nothing is known."""

    begun: float | None
    ended: float | None

    @classmethod
    def of(cls, run: Mapping[str, Any]) -> "Span":
        """From the instants at which the server numbered the run and received its log."""
        return cls(instant(run.get("begun_at")), instant(run.get("received_at")))


def of_head(log: Log, run: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[Fault]:
    """The head's instants against each other, against the run's, and the run's against the plan's."""
    span, stats = Span.of(run), mapping(log.raw_header.get("stats"))
    created = instant(mapping(log.raw_header["eval"]).get("created"))
    started, completed = instant(stats.get("started_at")), instant(stats.get("completed_at"))
    if started is None or completed is None or created is None:
        yield Fault("time.order", "head", "instants of beginning and end")
        return
    if completed < started or started < created - SLACK:
        yield Fault("time.order", "head", str(stats.get("started_at")), str(stats.get("completed_at")))
    yield from _within(span, created, completed, "head")
    registered = instant(plan.get("registered_at"))
    if span.begun is not None and registered is not None and span.begun < registered:
        yield Fault("plan.late", "the run", str(plan.get("registered_at")), str(run.get("begun_at")))


def of_sample(entry: Entry, transcript: Transcript, log: Log, run: Mapping[str, Any]) -> Iterator[Fault]:
    """A sample's instants against its steps, the log's end and the run, and its durations against both.

    It may be older than its log: a run that was taken up again brings along what was finished.
    """
    where, raw = place(entry.sample), entry.raw
    started, completed = instant(entry.sample.started_at), instant(entry.sample.completed_at)
    if started is None or completed is None:
        yield Fault("time.order", where, "instants of beginning and end")
        return
    end = instant(mapping(log.raw_header.get("stats")).get("completed_at"))
    if completed < started or (end is not None and completed > end + SLACK):
        yield Fault("time.order", where, str(entry.sample.started_at), str(entry.sample.completed_at))
    yield from _within(Span.of(run), started, completed, where)
    yield from _durations(raw, completed - started, where)
    yield from _steps(transcript, started, completed, where)
    for event in transcript.of("model"):
        yield from _speed(event, transcript, where)


def tokens_of(entry: Entry, transcript: Transcript) -> Iterator[Fault]:
    """A sample's tokens against its text and against what its calls used."""
    where, sample = place(entry.sample), entry.sample
    events = transcript.of("model")
    used = [mapping(mapping(event.get("output")).get("usage")) for event in events]
    kept = [mapping(usage) for usage in mapping(entry.raw.get("model_usage")).values()]
    for key in _USAGE:
        told, summed = sum(count(usage.get(key)) for usage in kept), sum(count(usage.get(key)) for usage in used)
        if told != summed:
            yield Fault("tokens.sum", f"{where}, {key}", summed, told)
    for usage in kept:
        parts = sum(count(value) for key, value in usage.items() if key.startswith(("input_tokens", "output_tokens")))
        if count(usage.get("total_tokens")) not in (
            parts,
            count(usage.get("input_tokens")) + count(usage.get("output_tokens")),
        ):
            yield Fault("tokens.sum", f"{where}, total_tokens", parts, count(usage.get("total_tokens")))
    asked = "".join(text for event in events for _, text in transcript.asked(event))
    spoken = "".join(transcript.put_out(event) for event in events)
    if not any(used) and not spoken:
        return  # calls for log-probabilities put out nothing, and nobody counts their tokens
    yield from _fits(spoken, sample.tokens_out, f"{where}, output_tokens", _ROOM)
    remembered = sum(count(usage.get(key)) for usage in kept for key in _REMEMBERED)
    yield from _fits(asked, sample.tokens_in + remembered, f"{where}, input_tokens", _ROOM * 8)
    for event in events:
        most = mapping(event.get("config")).get("max_tokens")
        found = count(mapping(mapping(event.get("output")).get("usage")).get("output_tokens"))
        if isinstance(most, int) and found > most + 1:
            yield Fault("tokens.text", f"{where}, output_tokens", most, found)


def _within(span: Span, begin: float, end: float, where: str) -> Iterator[Fault]:
    if span.begun is not None and begin < span.begun - SKEW:
        yield Fault("time.run", where, _told(span.begun), _told(begin))
    if span.ended is not None and end > span.ended + SKEW:
        yield Fault("time.run", where, _told(span.ended), _told(end))


def _told(instant: float) -> str:
    """An instant as logs write it."""
    try:
        return datetime.fromtimestamp(instant, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return f"{instant:.0f} seconds since 1970"


def _durations(raw: Mapping[str, Any], lasted: float, where: str) -> Iterator[Fault]:
    total, working = seconds(raw.get("total_time")), seconds(raw.get("working_time"))
    if total is None or abs(total - lasted) > SLACK:
        yield Fault("time.sum", f"{where}, total_time", round(lasted, 3), total)
    if working is not None and total is not None and not 0 <= working <= total + SLACK:
        yield Fault("time.sum", f"{where}, working_time", total, working)


def _steps(transcript: Transcript, started: float, completed: float, where: str) -> Iterator[Fault]:
    before = started - SLACK
    for number, event in enumerate(transcript.events):
        at = instant(event.get("timestamp"))
        if at is None or not before - 0.001 <= at <= completed + SLACK:
            yield Fault("time.order", f"{where}, step {number + 1}", _told(before), str(event.get("timestamp")))
            return
        before = at


def _speed(event: Mapping[str, Any], transcript: Transcript, where: str) -> Iterator[Fault]:
    begin, end = instant(event.get("timestamp")), instant(event.get("completed"))
    output = mapping(event.get("output"))
    took, used = seconds(output.get("time")), count(mapping(output.get("usage")).get("output_tokens"))
    if begin is None or end is None or end < begin:
        yield Fault("time.order", f"{where}, the call", str(event.get("timestamp")), str(event.get("completed")))
        return
    if took is not None and took > end - begin + SLACK:
        yield Fault("time.sum", f"{where}, the call", round(end - begin, 3), took)
    written = max(used, len(transcript.put_out(event)) // 8)
    least = min(end - begin, took if took is not None else end - begin)
    if written > _ROOM // 8 and written > FASTEST * max(least, 0.0):
        yield Fault("time.fast", where, f"{written / FASTEST:.4f} s", f"{least:.4f} s")


def _fits(text: str, tokens: int, where: str, room: int) -> Iterator[Fault]:
    """A token is at least a byte, but for those that are not shown; and no text has 64 bytes a token throughout."""
    size = len(text.encode(errors="surrogatepass"))
    if tokens > size + room or size > BYTES_A_TOKEN * max(tokens, 0) + BYTES_A_TOKEN * (tokens > 0):
        yield Fault("tokens.text", where, f"{size} bytes", tokens)
