"""How the record's entries about posts read."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from stoa.forum import events
from stoa.kit.addresses import path_to
from stoa.kit.words import ANY_KIND, Leaf, Text, Words, register_words

OF_POST = {"post": "post", "on": ANY_KIND}


def _by_number(post: str) -> SafeString:
    """A post as its number: what both are about is said once, where the answer is named."""
    return format_html('<a href="{}">post {}</a>', path_to("forum:post", post), post)


def _written(leaf: Leaf) -> Text:
    if leaf["facts"].get("answers"):
        return _("{actor} wrote {post}, in answer to {answers}.")
    return _("{actor} wrote {post}.")


# Who may read a post changes: it can be held, removed or taken back. Its own page shows its texts to whoever may.
register_words(
    events.PostWritten, Words(_("Post written"), _written, OF_POST, {"answers": _by_number}, texts_public=False)
)
register_words(
    events.PostEdited,
    Words(_("Post edited"), _("{actor} edited {post} (version {version})."), OF_POST, texts_public=False),
)
register_words(events.PostTakenBack, Words(_("Post taken back"), _("{actor} removed the text of {post}."), OF_POST))
