"""The forms of a page, filled in as somebody might who touches every kind of field once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

BY_TYPE = {"email": "new@example.org", "number": "3", "date": "2099-01-01", "datetime-local": "2099-01-01T10:00"}
ANYTHING = "Cabbages matter."


@dataclass
class Form:
    """A form of a page: where it goes, what its fields hold, and the buttons that send it."""

    action: str
    id: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """Reads the forms that a page posts. What stands in them stays; `typed` says what goes into empty fields, by name."""

    def __init__(self, page: str, path: str, typed: Mapping[str, str]) -> None:
        super().__init__()
        self.path, self.typed, self.forms, self.text, self.select = path, typed, list[Form](), "", ""
        self.form: Form | None = None
        self.elsewhere = list[tuple[str, str, str]]()
        self.feed(page)
        for one, name, value in self.elsewhere:
            for form in self.forms:
                if form.id == one:
                    form.fields.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens a form, or takes a field or button into it."""
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            posts = has.get("method", "").lower() == "post"
            self.form = Form(has.get("action") or self.path, has.get("id", "")) if posts else None
        elif tag == "input" and has.get("form"):
            self.elsewhere.append((has["form"], has["name"], has.get("value", "on")))
        elif self.form is not None and tag in {"input", "select", "option", "textarea", "button"}:
            getattr(self, f"_{tag}")(has)

    def handle_data(self, data: str) -> None:
        """What stands in a text area."""
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Closes a form, a list to choose from, or a text area."""
        if self.form is None:
            return
        if tag == "form":
            self.forms.append(self.form)
            self.form = None
        elif tag == "textarea" and self.select:
            self.form.fields[self.select] = [self.text.strip() or self.typed.get(self.select, ANYTHING)]
        if tag in {"textarea", "select"}:
            self.select = ""

    def _input(self, has: dict[str, str]) -> None:
        kind, name, fields = has.get("type", "text"), has.get("name", ""), self._fields
        if not name or kind == "file":
            return
        if kind == "radio":
            fields.setdefault(name, [has.get("value", "on")])
        elif kind == "checkbox":
            fields.setdefault(name, []).append(has.get("value", "on"))
        elif kind == "submit":
            self._button(has)
        else:
            free = "" if kind == "hidden" else BY_TYPE.get(kind, ANYTHING)
            fields[name] = [has.get("value") or self.typed.get(name, free)]

    def _textarea(self, has: dict[str, str]) -> None:
        self.select, self.text = has.get("name", ""), ""

    def _select(self, has: dict[str, str]) -> None:
        self.select = has.get("name", "")

    def _option(self, has: dict[str, str]) -> None:
        if self.select and has.get("value") and (self.select not in self._fields or "selected" in has):
            self._fields[self.select] = [has["value"]]

    def _button(self, has: dict[str, str]) -> None:
        if has.get("type", "submit") == "submit" and self.form is not None:
            self.form.buttons.append((has.get("formaction", ""), has.get("name", ""), has.get("value", "")))

    @property
    def _fields(self) -> dict[str, list[str]]:
        assert self.form is not None
        return self.form.fields
