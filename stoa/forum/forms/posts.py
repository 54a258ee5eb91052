"""Forms for posts: writing, editing, taking back, marking as read."""

from __future__ import annotations

from django import forms

from stoa.forum.queries.posts import MOST_BODY
from stoa.kit.edge import ActForm


class PostForm(ActForm):
    """A post to write: `answers` is the number of the post that it answers, `draft` the version of the draft that it was."""

    body = forms.CharField(
        label="Your post",
        max_length=MOST_BODY,
        widget=forms.Textarea(attrs={"rows": 6, "data-people": "/forum/people"}),
        help_text=(
            "Markdown; mathematics between dollar signs: $p < 0.05$; code between lines of three backticks. "
            "Name somebody with @ and their name: they are told."
        ),
        error_messages={"required": "Write something."},
    )
    answers = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)
    draft = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**30)


class EditForm(PostForm):
    """A post's text as changed by its author; `version` is the one that was edited."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**30)


class TakeBackForm(ActForm):
    """Only asks to confirm."""


class ReadForm(forms.Form):
    """Up to which post somebody has read."""

    up_to = forms.IntegerField(min_value=0, max_value=2**62)
