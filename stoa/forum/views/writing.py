"""Writing a post, editing it, taking it back; what is typed is kept as a draft, and shown as it will look."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from stoa.forum import acts, forms, queries, rules
from stoa.forum.acts.drafts import editing
from stoa.forum.models import Draft, Post
from stoa.forum.views.field import IDS, reply_form, waits
from stoa.kit import edge
from stoa.kit.act import Actor
from stoa.kit.faults import Conflict, Fault, Refused
from stoa.kit.registry import Shown

ONLY_ITS_AUTHOR = "Only its author can change a post."


@edge.signed_in
def write(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Write in the thread of an object: a page of its own for the field, with the post that is answered above it."""
    actor = edge.actor(request)
    viewer = rules.reader(actor)
    about = _about(reference, viewer)
    if request.method != "POST":
        if not viewer.writes:
            raise Refused("You can't write here.", remedy="Members, trainees and those who keep the process can.")
        form = _begun(request, actor, reference)
        return _writing(request, reference, about, form, form.initial.get("answers"))
    form = forms.PostForm(request.POST, auto_id=IDS)
    answers = _answered(form.data.get("answers"), viewer)
    then = request.POST.get("then", "")
    if then == "save":
        return _save(request, reference, about, form, answers)
    if then == "preview" or not form.is_valid():
        return _writing(request, reference, about, form, form.data.get("answers"), preview=then == "preview")
    if form.carry_out(
        lambda: acts.write_post(
            actor,
            about=reference,
            body=form.cleaned_data["body"],
            answers=answers,
            draft=form.cleaned_data["draft"] or 0,
        )
    ):
        post: Post = form.outcome
        if post.state == Post.State.HELD:
            messages.success(request, "Your post waits for a moderator. Only you and moderators see it until then.")
        return redirect(queries.address_of(post, viewer))
    return _writing(request, reference, about, form, form.data.get("answers"))


@edge.signed_in
def edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change the text of one's own post; where it was changed meanwhile, bring both texts together."""
    actor = edge.actor(request)
    viewer, post = _own(request, pk)
    if request.method != "POST":
        draft = Draft.objects.filter(person=actor.person_id, place=editing(post)).first()
        form = _edit_form(post, draft, edge.typed(request, forms.EditForm))
        stale = draft is not None and post.edited is not None and draft.saved < post.edited
        return _merging(request, post, form) if stale else _editing(request, post, form)
    form = forms.EditForm(request.POST, auto_id=IDS)
    if request.POST.get("then") == "preview" or not form.is_valid():
        return _editing(request, post, form, preview=request.POST.get("then") == "preview")
    given = form.cleaned_data
    if form.carry_out(
        lambda: acts.edit_post(
            actor, post=post, body=given["body"], version=given["version"], draft=given["draft"] or 0
        )
    ):
        return redirect(queries.address_of(post, viewer))
    if isinstance(form.fault, Conflict):
        post.refresh_from_db()
        draft = Draft.objects.filter(person=actor.person_id, place=editing(post)).first()
        anew = _edit_form(post, draft, {"body": given["body"]})
        return _merging(request, post, anew, status=409)
    return _editing(request, post, form)


@edge.signed_in
def take_back(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove the text of one's own post."""
    viewer, post = _own(request, pk)
    form = forms.TakeBackForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.take_back_post(edge.actor(request), post=post)):
        messages.success(request, "The text is removed.")
        return redirect(queries.address_of(post, viewer))
    context = {"post": post, "form": form, "said": queries.said([post], viewer)[0]}
    return render(request, "forum/take_back.html", context, status=422 if form.errors else 200)


@require_POST
def draft(request: HttpRequest, place: str) -> HttpResponseBase:
    """Keep what is typed, as it is typed. Answers with the draft's version, or why it could not be kept."""
    if not request.user.is_authenticated:
        return JsonResponse(
            {"message": "You are signed out. Use the button: your text is kept over the sign-in."}, status=403
        )
    actor = edge.actor(request)
    viewer = rules.reader(actor)
    answers = _answered(request.POST.get("answers"), viewer)
    version = request.POST.get("draft", "")
    try:
        kept = acts.save_draft(
            actor,
            place=place,
            body=request.POST.get("body", ""),
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
            answers=answers,
        )
    except Fault as fault:
        return JsonResponse({"message": str(fault)}, status=fault.status)
    return JsonResponse({"fields": {"draft": kept.version if kept else 0}})


@require_POST
@edge.signed_in
def preview(request: HttpRequest) -> HttpResponseBase:
    """What is typed as it will look, for the page that is being typed in."""
    return render(request, "forum/parts/preview.html", {"preview": queries.looks(request.POST.get("body", ""))})


@require_safe
@edge.signed_in
def people(request: HttpRequest) -> HttpResponseBase:
    """People whose names begin so, for completing a name that is being typed; for people who may write here."""
    if not rules.reader(edge.actor(request)).writes:
        raise Refused("This is for people who write here.", remedy="Names can be found in the directory.")
    found = queries.people_to_name(request.GET.get("q", ""))
    return JsonResponse({"people": [{"name": name, "typed": typed} for name, typed in found]})


def _about(reference: str, viewer: rules.Reader) -> Shown:
    found = queries.find_subject(reference, viewer)
    if found is None:
        raise Http404
    return found


def _answered(number: Any, viewer: rules.Reader) -> Post | None:
    """The post that is answered, if the viewer may know of it."""
    text = str(number or "")
    return queries.find_post(int(text), viewer) if text.isdecimal() and len(text) < 19 else None


def _begun(request: HttpRequest, actor: Actor, reference: str) -> forms.PostForm:
    """The field with what was typed before, over a sign-in or as a draft, and with the quotation asked for."""
    draft = Draft.objects.filter(person=actor.person_id, place=reference).first()
    viewer = rules.reader(actor)
    initial = {name: value for name, value in edge.typed(request, forms.PostForm).items() if value != ""}
    answered = _answered(request.GET.get("answers"), viewer)
    if answered is not None and "body" not in initial:
        initial["answers"] = answered.pk
        if "quote" in request.GET and rules.may_read(viewer, answered):
            before = f"{draft.body.rstrip()}\n\n" if draft else ""
            initial["body"] = f"{before}{_quoted(answered)}\n\n"
    return reply_form(draft, **initial)


def _quoted(post: Post) -> str:
    return "\n".join(f"> {line}".rstrip() for line in queries.with_names(post.body).split("\n"))


def _save(
    request: HttpRequest, reference: str, about: Shown, form: forms.PostForm, answers: Post | None
) -> HttpResponseBase:
    """Keep the draft by the button; where another window kept something else, show both."""
    actor, body, version = edge.actor(request), form.data.get("body", ""), form.data.get("draft", "")
    number = int(version) if version.isdecimal() and len(version) < 10 else 0
    try:
        acts.save_draft(actor, place=reference, body=body, version=number, answers=answers)
    except Conflict:
        kept = Draft.objects.get(person=actor.person_id, place=reference)
        anew = reply_form(kept, body=body, answers=answers.pk if answers else None)
        context = {"reference": reference, "about": about, "form": anew, "kept": kept}
        return render(request, "forum/merge_draft.html", context, status=409)
    except Fault as fault:
        form.add_error("body", str(fault))
        return _writing(request, reference, about, form, form.data.get("answers"))
    messages.success(request, "Your draft is kept. Only you see it.")
    return redirect("forum:write", reference)


def _writing(
    request: HttpRequest,
    reference: str,
    about: Shown,
    form: forms.PostForm,
    answers: Any,
    *,
    preview: bool = False,
) -> HttpResponseBase:
    viewer = rules.reader(edge.actor(request))
    answered = _answered(answers, viewer)
    context = {
        "reference": reference,
        "about": about,
        "thread": queries.thread_about(reference),
        "form": form,
        "answered": queries.said([answered], viewer)[0] if answered else None,
        "waits": waits(viewer),
        "preview": queries.looks(form.data.get("body", "")) if preview else None,
    }
    faulty = form.is_bound and form.errors and not preview
    return render(request, "forum/write.html", context, status=_status(form) if faulty else 200)


def _own(request: HttpRequest, pk: int) -> tuple[rules.Reader, Post]:
    viewer = rules.reader(edge.actor(request))
    post = queries.find_post(pk, viewer)
    if post is None:
        raise Http404
    if request.method != "POST" and not rules.may_take_back(viewer, post):
        raise Refused(ONLY_ITS_AUTHOR, remedy="Answer it in its thread.")
    return viewer, post


def _edit_form(post: Post, draft: Draft | None, typed: dict[str, Any]) -> forms.EditForm:
    kept = (
        {"body": draft.body, "draft": draft.version} if draft else {"body": queries.with_names(post.body), "draft": 0}
    )
    initial = {**kept, **{name: value for name, value in typed.items() if value != ""}}
    return forms.EditForm(auto_id=IDS, initial={**initial, "version": initial.get("version", post.version)})


def _editing(request: HttpRequest, post: Post, form: forms.EditForm, *, preview: bool = False) -> HttpResponseBase:
    looks = queries.looks(form.data.get("body", "")) if preview else None
    context = {"post": post, "form": form, "preview": looks}
    faulty = form.is_bound and form.errors and not preview
    return render(request, "forum/edit.html", context, status=_status(form) if faulty else 200)


def _merging(request: HttpRequest, post: Post, form: forms.EditForm, *, status: int = 200) -> HttpResponseBase:
    form.initial["version"] = post.version
    context = {"post": post, "form": form, "now": queries.with_names(post.body)}
    return render(request, "forum/merge.html", context, status=status)


def _status(form: edge.ActForm) -> int:
    return form.fault.status if form.fault is not None and form.fault.status != 400 else 422
