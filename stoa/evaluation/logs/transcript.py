"""What a sample's transcript says: the steps that Inspect logged, with what they share stored once put back in place."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from inspect_ai._util.hash import mm3_hash

from stoa.evaluation.logs.translating import text_of

_ATTACHMENT = "attachment://"


class Transcript:
    """The events of one sample, and the messages and long texts to which they refer. Nothing in it is trusted to have its shape.

    Calls that came to nothing are no events of it: whoever has a slow or shaky endpoint has some, and who would hide an answer
    in one could as well leave it out.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.events = [event for event in mappings(raw.get("events")) if not _came_to_nothing(event)]
        self.attachments = mapping(raw.get("attachments"))
        pool = mapping(raw.get("events_data"))
        self.messages, self.calls = listed(pool.get("messages")), listed(pool.get("calls"))

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """The events of one kind, in their order."""
        return [event for event in self.events if event.get("event") == kind]

    def text(self, content: Any) -> str:
        """What is said, with an attachment in the place of its name."""
        said = text_of(content)
        return str(self.attachments.get(said[len(_ATTACHMENT) :], said)) if said.startswith(_ATTACHMENT) else said

    def whole(self, value: Any) -> Any:
        """A value with attachments in the place of their names, however deep."""
        if isinstance(value, dict):
            return {key: self.whole(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.whole(part) for part in value]
        return self.text(value) if isinstance(value, str) else value

    def asked(self, event: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Who said what before the model spoke."""
        given = listed(event.get("input")) or self._pooled(event.get("input_refs"), self.messages)
        return [self.line(message) for message in given]

    def called(self, event: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What was sent to the model's endpoint, as its client logged it."""
        call = mapping(event.get("call"))
        sent = mapping(call.get("request")).get("messages")
        return [self.line(message) for message in listed(sent) or self._pooled(call.get("call_refs"), self.calls)]

    def line(self, message: Any) -> tuple[str, str]:
        """Who speaks in a message, and what."""
        message = mapping(message)
        content = message.get("content")
        if isinstance(content, list):
            return str(message.get("role")), "\n".join(self.text(part) for part in content)
        return str(message.get("role")), self.text(content)

    def put_out(self, event: Mapping[str, Any]) -> str:
        """What the model said, by the choice that the event holds."""
        return self.spoken(mapping(event.get("output")))

    def spoken(self, output: Mapping[str, Any]) -> str:
        """The text of the first choice of an output; of text parts, those that are no reasoning."""
        choices = mappings(output.get("choices"))
        content = mapping(choices[0].get("message")).get("content") if choices else ""
        if isinstance(content, list):
            return "\n".join(self.text(part) for part in content if mapping(part).get("type") in (None, "text"))
        return self.text(content)

    def broken_attachments(self) -> Iterator[str]:
        """The names of attachments that are not those of their text."""
        for name, text in self.attachments.items():
            if not isinstance(text, str) or mm3_hash(text) != name:
                yield name

    def marks(self) -> list[str]:
        """What no other sample can have: the ids that were drawn for its steps and messages."""
        ids = [event.get("uuid") for event in self.events]
        ids += [mapping(message).get("id") for message in listed(self.raw.get("messages"))]
        return [one for one in ids if isinstance(one, str) and len(one) >= 16]

    @staticmethod
    def _pooled(refs: Any, pool: Sequence[Any]) -> list[Any]:
        found: list[Any] = []
        for pair in listed(refs):
            begin, end = pair if isinstance(pair, list) and len(pair) == 2 else (0, 0)
            if isinstance(begin, int) and isinstance(end, int) and 0 <= begin <= end:
                found += pool[begin:end]
        return found


def _came_to_nothing(event: Mapping[str, Any]) -> bool:
    """Whether it is a call that failed and was tried again: it has an error, and no answer, tokens or end."""
    output = mapping(event.get("output"))
    said = [mapping(choice.get("message")).get("content") for choice in mappings(output.get("choices"))]
    came = any(said) or output.get("completion") or output.get("usage") or event.get("completed")
    return event.get("event") == "model" and bool(event.get("error")) and not came


def instant(value: Any) -> float | None:
    """Seconds since 1970 of an instant as Inspect writes it; None where it is none."""
    if isinstance(value, datetime):
        return value.timestamp()
    try:
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return None
    return moment.timestamp() if moment.tzinfo else None


def count(value: Any) -> int:
    """A count of a log; 0 where there is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def seconds(value: Any) -> float | None:
    """A duration of a log; None where there is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def mapping(value: Any) -> Mapping[str, Any]:
    """An object of a log; an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """An array of a log; an empty one where there is none."""
    return value if isinstance(value, list) else []


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects of an array of a log."""
    return [one for one in listed(value) if isinstance(one, dict)]
