"""Reads of the forum; what somebody may not see is never among them."""

from stoa.forum.queries.mentions import in_names, people_to_name, with_names
from stoa.forum.queries.posts import (
    Page,
    Public,
    Said,
    address_of,
    find_post,
    find_thread,
    latest,
    latest_public,
    page_of,
    readable,
    said,
    show_posts,
    since,
    texts,
    thread_about,
)
from stoa.forum.queries.subjects import Line, find_subject, lines, of_kind, threads, with_posts_by

__all__ = [
    "Line",
    "Page",
    "Public",
    "Said",
    "address_of",
    "find_post",
    "find_subject",
    "find_thread",
    "in_names",
    "latest",
    "latest_public",
    "lines",
    "of_kind",
    "page_of",
    "people_to_name",
    "readable",
    "said",
    "show_posts",
    "since",
    "texts",
    "thread_about",
    "threads",
    "with_names",
    "with_posts_by",
]
