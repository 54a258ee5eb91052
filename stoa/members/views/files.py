"""Files in applications, sent to whoever may read them: the applicant, who keeps the call, and who was given it to read."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.kit import edge
from stoa.kit.addresses import path_to
from stoa.kit.files.answering import attachment, packed
from stoa.members import acts, queries, rules
from stoa.members.models import Application
from stoa.members.queries.files import enclosed, find_enclosed, find_read, find_readable, in_folders
from stoa.members.views.calls import found

TO_READ = "members/parts/files.html"


@never_cache
@edge.signed_in
def own_file(request: HttpRequest, slug: str, upload: str) -> HttpResponseBase:
    """A file in one's own application."""
    mine = queries.own(found(request, slug), edge.actor(request))
    holders = [holder for holder in (mine.draft, mine.application) if holder] if mine else []
    one = next(filter(None, (find_enclosed(holder, upload) for holder in holders)), None)
    if one is None:
        raise Http404
    return attachment(one)


@never_cache
@edge.signed_in
def file(request: HttpRequest, slug: str, application: str, upload: str) -> HttpResponseBase:
    """A file in somebody's application. That one who keeps the call fetched it is noted for the applicant."""
    call, actor = found(request, slug), edge.actor(request)
    one = find_readable(call, application, actor)
    wanted = find_enclosed(one, upload) if one else None
    if one is None or wanted is None:
        raise Http404
    if rules.may_read(actor, call):
        acts.read_application(actor, application=one)
    return attachment(wanted)


@require_POST
@never_cache
@edge.signed_in
def files(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The files of all applications as a zip. That they were given out is noted for each applicant."""
    call, actor = found(request, slug), edge.actor(request)
    return packed(in_folders(call, acts.give_out_files(actor, call=call)), f"files-{slug}.zip")


def files_beside(reference: str, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """The files of an application, on the page of whoever was given it to read."""
    kind, _, pk = reference.partition(":")
    one = find_read(pk, edge.actor(request)) if kind == "application" else None
    files = enclosed(one, lambda upload: file_address(one, upload)) if one else []
    return (TO_READ, {"files": files}) if files else None


def file_address(one: Application, upload: str) -> str:
    """Where those fetch a file of an application who may read it."""
    return path_to("members:file", one.call.slug, one.pk, upload)
