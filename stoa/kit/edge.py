"""What every edge shares: who asks, forms that carry out an act, and typed text that is kept while its writer signs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache

from stoa.kit import chance, once
from stoa.kit.act import VISITOR, Actor
from stoa.kit.faults import AlreadyDone, Conflict, Fault, NeedsSecondFactor

KEPT = "typed_while_signed_out"
MOST_KEPT = 100_000
"""Characters of one form that are kept over a sign-in."""

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def actor(request: HttpRequest) -> Actor:
    """Who acts: the person signed in, or the visitor."""
    found: Actor = getattr(request, "actor", VISITOR)
    return found


class ActForm(forms.Form):
    """A form whose submit carries out an act, once however often it is sent. A fault comes back beside its field."""

    once = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=chance.token)

    outcome: Any = None
    """What the act gave, after it was carried out; of one that was carried out before, its number, and else None."""
    fault: Fault | None = None
    """Why it was not."""

    def carry_out(self, deed: Callable[[], Any]) -> bool:
        """Do the deed under this form's key and say whether it is done; if not, the errors of the form say why.

        Raises `AlreadyDone` where the same form was sent before and its outcome has an address, and `NeedsSecondFactor`,
        whose own page leads there and back with what was typed.
        """
        try:
            with once.under(self.cleaned_data["once"]):
                self.outcome = deed()
        except AlreadyDone as done:
            if done.outcome:
                raise
            self.outcome = done.count
        except NeedsSecondFactor:
            raise
        except Fault as fault:
            self.fault = fault
            self.add_error(
                fault.field if fault.field in self.fields else None, f"{fault.message} {fault.remedy}".strip()
            )
            return False
        return True


class DraftedForm(ActForm):
    """A form that is kept before all of it is filled in: what is needed in the end is marked so, and the act demands it."""

    use_required_attribute = False

    def full_clean(self) -> None:
        """Take what is left empty."""
        marked = {name: control.required for name, control in self.fields.items()}
        for control in self.fields.values():
            control.required = False
        super().full_clean()
        for name, required in marked.items():
            self.fields[name].required = required


def write_on(form: ActForm, **now: object) -> None:
    """Let a form that somebody overtook be sent again as it was typed, over what there is now, which `now` says."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    for name, value in now.items():
        data[name] = str(value)
    form.data = data


def overtaken(form: ActForm, **now: object) -> list[tuple[str, str]] | None:
    """Of a form that somebody overtook, each field in which it differs from what stands there now, with that; of any other None.

    What stands there are its initial values. It is written on as with `write_on`.
    """
    if not isinstance(form.fault, Conflict):
        return None
    given = [form[name] for name in form.changed_data if name in form.initial and not form[name].is_hidden]
    shown = [(one, _in_words(one.field, one.initial)) for one in given]
    differing = [(str(one.label), words) for one, words in shown if words != str(one.value())]  # seconds are not shown
    write_on(form, **now)
    return differing


def _in_words(field: forms.Field, value: Any) -> str:
    """A value of a field as its form shows it."""
    if isinstance(field, forms.BooleanField):
        return "yes" if value else "no"
    chosen = value if isinstance(value, (list, tuple)) else [value]
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    shown = [labels.get(str(one), str(field.widget.format_value(one) or "")) for one in chosen]
    return ", ".join(shown).replace("\r\n", "\n")


def saves_itself(request: HttpRequest) -> bool:
    """Whether a form came by itself while it is being written, and not by a button."""
    return request.headers.get("X-Autosave") == "1"


def not_saved(form: ActForm) -> JsonResponse:
    """Why a form that saves itself could not be kept, for the script that sent it."""
    fault = next(iter(form.errors.values()))[0]
    return JsonResponse({"message": str(fault)}, status=409 if isinstance(form.fault, Conflict) else 422)


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, also where that is nothing; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def signed_in(view: View[P]) -> View[P]:
    """Let a view be used by people who are signed in; others are led to sign in and back, with what they typed kept."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            _keep(request)
        return to_sign_in(request)

    return guarded


def unkept_if_signed_in(view: View[P]) -> View[P]:
    """Let nothing keep the page of somebody who is signed in, such as one with their own answers, not even their browser."""
    unkept = never_cache(view)

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        chosen = unkept if request.user.is_authenticated else view
        return chosen(request, *args, **kwargs)

    return guarded


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there back to this address."""
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?next={quote(request.get_full_path(), safe='')}")


def typed(request: HttpRequest, form: type[forms.Form]) -> dict[str, Any]:
    """What somebody typed here before they had to sign in, as initial values of this form; empty if nothing."""
    values = kept(request)
    return {name: values.get(name, [""])[-1] for name in form.base_fields if name != "once"} if values else {}


def kept(request: HttpRequest) -> Mapping[str, list[str]]:
    """All values that somebody sent here before they had to sign in, by name; given once."""
    found = request.session.get(KEPT, {})
    if found.get("path") != request.path:
        return {}
    del request.session[KEPT]
    values: Mapping[str, list[str]] = found["values"]
    return values


def _keep(request: HttpRequest) -> None:
    values = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    too_long = sum(len(str(value)) for value in values.values()) > MOST_KEPT
    request.session[KEPT] = {"path": request.path, "values": {} if too_long else values}


def part(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """A part of a page, for htmx to swap in. Of what the frame around a page needs, nothing is read for it."""
    return HttpResponse(render_to_string(template, {**context, "request": request, "csrf_token": get_token(request)}))


def address_with(query: QueryDict, changes: Mapping[str, str]) -> str:
    """The same address with some of its parameters changed; an empty value takes one away."""
    changed = query.copy()
    for name, value in changes.items():
        if value:
            changed[name] = value
        else:
            changed.pop(name, None)
    return f"?{changed.urlencode()}"
