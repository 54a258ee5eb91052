"""A server that shows every part of the pages at once: for the tests that look at them in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import override_settings
from django.urls import path
from django.views.defaults import page_not_found, permission_denied, server_error

from stoa.kit.pictures import Option, backing, growth
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.site import context
from stoa.site.queries import Community

HERE = Path(__file__).parent
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
GROUPS = ["Independent evaluation first", "Results first", "Law and policy", "Small models", "No group"]
LONG = (
    "Can the exposure of training data be estimated for a fine-tuned model whose log-probabilities are not available?"
)
TEXT = r"""
A formula $p(x) \approx \frac{1}{n}\sum_i x_i$ in a line, \$5 and $6 left alone, see https://example.org/a_(b).

$$\begin{aligned} \hat{\theta} &= \arg\max_\theta \sum_{i=1}^n \log p_\theta(x_i) \\ &\ge \text{the bound} \end{aligned}$$

# Heading

1. **One** thing
2. `another`

> Quoted.

| model | refusals |
|---|--:|
| SmolLM2-135M | 12 |

```python
def exposure(canaries: list[str]) -> float:
    "Rank of a canary."  # as published
    return 1.5 if canaries else 0
```
"""


@dataclass(frozen=True)
class Question:
    """A row of the list."""

    number: int
    title: str
    months: int
    state: str
    raised: datetime


QUESTIONS = [
    Question(
        i, LONG if i % 7 == 0 else f"Question {i}", i % 9 + 1, "open" if i % 3 else "closed", NOON + timedelta(hours=i)
    )
    for i in range(1, 214)
]
LIST: Listing[Question] = Listing(
    name="questions",
    caption="Questions of this round",
    columns=[
        Column("title", "Question", lambda q: q.title, show=lambda q: link(q.title, f"/agenda/{q.number}")),
        Column("state", "State", lambda q: q.state),
        Column("raised", "Raised", lambda q: q.raised),
        Column("months", "Months", lambda q: q.months, numeric=True),
    ],
    filters=[
        Filter("q", "Words", lambda rows, text: [q for q in rows if text.lower() in q.title.lower()]),
        Filter(
            "state",
            "State",
            lambda rows, state: [q for q in rows if q.state == state],
            (("open", "open"), ("closed", "closed")),
        ),
    ],
    sort="title",
    per_page=10,
)


class Everything(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="Question", help_text="One sentence that ends with a question mark.", max_length=20)
    body = forms.CharField(label="Why it matters", widget=forms.Textarea, required=False)
    effort = forms.IntegerField(label="Months of work", min_value=1)
    closes = forms.DateTimeField(
        label="Closes", help_text="In UTC.", widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    kind = forms.ChoiceField(label="Kind", choices=[("privacy", "Privacy"), ("safety", "Safety")])
    signed = forms.ChoiceField(
        label="Shown as", choices=[("name", "My name"), ("member", "“A member”")], widget=forms.RadioSelect
    )
    topics = forms.MultipleChoiceField(
        label="Topics",
        choices=[("a", "Memorisation"), ("b", "Refusals")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    file = forms.FileField(label="Voters", required=False)
    agree = forms.BooleanField(label="I have read the conduct code", help_text="It is short.")
    secret = forms.CharField(widget=forms.HiddenInput, initial="x")


def options() -> list[Option]:
    """An agenda of eight questions."""
    return [
        Option(LONG if i == 1 else f"Question {i}", f"/agenda/{i}", i < 4, i % 2 == 0, (90 - 9 * i, 10 * i, 20, 12, 8))
        for i in range(8)
    ]


def frame(request: HttpRequest) -> dict[str, object]:
    """The frame of a community that needs no database."""
    shown = Community(name="Open Models Community", is_sample=True)
    vars(shown)["apply_url"] = "/privacy"  # as if a call were open
    return context.frame(request, shown)


def everything(request: HttpRequest) -> HttpResponse:
    """All parts on one page."""
    messages.success(request, "Your question was proposed.")
    messages.error(request, "The mail could not be sent: the address has no @.")
    given: dict[str, Any] = {"title": "x" * 30, "effort": "many", "signed": "name"}
    shown = {
        "closes": NOON - timedelta(seconds=60),
        "form": Everything(given),
        "table": LIST.page(request, QUESTIONS),
        "none": replace(LIST, caption="Nothing").page(request, []),
        "facts": [("Questions", 62), ("Statements", "1,197"), ("Unknown", None), ("Work on offer", "36 months")],
        "steps": [
            {"label": "Address and TLS", "status": "done", "note": "https://stoa.example.org", "url": "#"},
            {"label": "Test mail", "status": "now", "note": "Nothing was sent yet.", "url": "#"},
            {"label": "Founders", "status": "next"},
        ],
        "tabs": [("Questions", "#", True), ("Vote", "#", False), ("Agenda", "#", False)],
        "backing": backing(options(), GROUPS, 214),
        "growth": growth([(NOON + timedelta(days=i), i * i + 1) for i in range(40)]),
        "text": TEXT,
    }
    return render(request, "guide/everything.html", shown)


def listing(request: HttpRequest) -> HttpResponse:
    """A list by itself, and its downloads."""
    page = LIST.download(request, QUESTIONS)
    return page or render(request, "guide/listing.html", {"table": LIST.page(request, QUESTIONS)})  # type: ignore[return-value]


def kept(request: HttpRequest) -> HttpResponse:
    """Takes what a form saves by itself."""
    return HttpResponse(status=204 if request.POST.get("title") else 422)


def not_found(request: HttpRequest) -> HttpResponse:
    """The page of an unknown address."""
    return page_not_found(request, Exception())


def refused(request: HttpRequest) -> HttpResponse:
    """The page of a refusal."""
    return permission_denied(request, Exception())


def plain(request: HttpRequest) -> HttpResponse:
    """A page with nothing on it, for addresses that the frame links to."""
    return render(request, "guide/plain.html")


urlpatterns = [
    path("", everything),
    path("agenda", listing),
    path("kept", kept),
    path("404", not_found),
    path("403", refused),
    path("500", server_error),
    *(
        path(address, plain)
        for address in ("forum", "people", "governance", "record", "security", "conduct", "privacy", "search")
    ),
]


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
        """Say nothing."""


def _templates() -> dict[str, Any]:
    """The program's own way with templates, with those of the guide, and a frame that needs no database."""
    own: dict[str, Any] = settings.TEMPLATES[0]
    processors = [
        "django.template.context_processors.request",
        "django.contrib.messages.context_processors.messages",
        "tests.site.guide.frame",
    ]
    options = {**own["OPTIONS"], "context_processors": processors}
    return {**own, "DIRS": [HERE / "templates", *own["DIRS"]], "OPTIONS": options}


@contextmanager
def serving() -> Iterator[str]:
    """Serve the parts on a free port of this machine; gives the address."""
    files = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        ROOT_URLCONF="tests.site.guide",
        MIDDLEWARE=["stoa.kit.headers.SecurityHeaders", "django.contrib.messages.middleware.MessageMiddleware"],
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        TEMPLATES=[_templates()],
        STORAGES={**settings.STORAGES, "staticfiles": files},
    ):
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), WSGIServer, _Silent)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
