"""A form takes a file that comes with it, or one that was sent before by the same person."""

from __future__ import annotations

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from stoa.kit.faults import Invalid
from stoa.kit.files import acts
from stoa.kit.files.fields import UploadField, taken
from stoa.kit.models import Upload
from tests.cast import Cast
from tests.kit.files.pdfs import pdf
from tests.stage import acting

pytestmark = pytest.mark.django_db


class Form(forms.Form):
    cv = UploadField(label="Your CV")


def filled(data: dict[str, str], *files: SimpleUploadedFile) -> Form:
    form = Form(data, MultiValueDict({"cv": list(files)} if files else {}))
    form.is_valid()
    return form


def test_without_a_script_the_form_brings_the_file(cast: Cast) -> None:
    form = filled({}, SimpleUploadedFile("cv.pdf", pdf()))
    upload = taken(acting(cast.member), cast.member, form.cleaned_data["cv"])
    assert upload is not None
    assert (upload.name, upload.owner_id, upload.finished is not None) == ("cv.pdf", cast.member.pk, True)


def test_with_a_script_the_form_names_one_that_was_sent(cast: Cast) -> None:
    me = acting(cast.member)
    sent = acts.send(me, person=cast.member, name="cv.pdf", body=pdf())
    assert taken(me, cast.member, filled({"cv_sent": sent.pk}).cleaned_data["cv"]) == sent


def test_somebody_elses_file_and_one_that_is_not_whole_are_no_answer(cast: Cast) -> None:
    foreign = acts.send(acting(cast.steward), person=cast.steward, name="cv.pdf", body=pdf())
    half = acts.begin(acting(cast.member), person=cast.member, name="cv.pdf", size=9)
    for key in (foreign.pk, half.pk, "x", "\0"):
        with pytest.raises(Invalid, match="has not come whole"):
            taken(acting(cast.member), cast.member, key)


def test_nothing_is_said_beside_the_field() -> None:
    assert filled({}).errors == {"cv": ["This field is required."]}


def test_the_field_shows_what_was_sent_and_can_be_used_without_a_script() -> None:
    shown = str(Form(initial={"cv": Upload(id="abc", name="my <cv>.pdf", bytes=2_000_000)})["cv"])
    assert 'type="file" name="cv"' in shown
    assert 'name="cv_sent" value="abc"' in shown
    assert "my &lt;cv&gt;.pdf, 1.9\xa0MB" in shown
