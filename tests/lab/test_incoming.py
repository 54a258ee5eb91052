"""Files of another program's results, brought on the site: read apart, looked at by whoever brought them, then brought in."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

pytest.importorskip("inspect_ai")

from stoa.evaluation.formats import every_eval_ever
from stoa.kit.act import CLOCK
from stoa.kit.faults import Refused
from stoa.kit.files import acts as files
from stoa.kit.models import Upload
from stoa.lab import acts
from stoa.lab.acts.erasing import erase
from stoa.lab.models import ImportedResult, ResultFile
from stoa.lab.tasks import read_file
from stoa.people.models import Person
from tests.cast import Cast, browser
from tests.evaluation import making
from tests.evaluation.test_formats import GARAK, LM_EVAL, ROW, lines
from tests.lab.studying import looked_at, version
from tests.stage import acting, at

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def sent(person: Person, body: bytes, name: str = "report.jsonl") -> Upload:
    """A file of results that somebody sent whole, as the script sends it in pieces."""
    upload = files.begin(acting(person), person=person, name=name, size=len(body), sort="results")
    files.add(upload, io.BytesIO(body), at=0)
    return files.finish(acting(person), upload=upload)


def brought(person: Person, body: bytes, said: str = "") -> ResultFile:
    """A file that somebody chose on the page, and that the worker read."""
    form = {"upload_sent": sent(person, body).pk, "version": said}
    answer = browser(person).post("/lab/imported/new", form)
    assert answer.status_code == 302, answer.content.decode()
    file = ResultFile.objects.get(pk=answer["Location"].rpartition("/")[2])
    read_file(file.pk)
    file.refresh_from_db()
    return file


def page_of(file: ResultFile, person: Person, status: int = 200) -> str:
    answer = browser(person).get(file.get_absolute_url())
    assert answer.status_code == status
    return answer.content.decode()


def of_each_program(folder: Path) -> dict[str, bytes]:
    [ours] = every_eval_ever.written([ROW], source="A community", organisation="Its members", retrieved=1_800_000_000)
    return {
        "garak": lines(GARAK).encode(),
        "lm-eval": json.dumps(LM_EVAL).encode(),
        "every-eval-ever": json.dumps(ours).encode(),
        "inspect": making.made(folder, making.plan(count=3)).read_bytes(),
    }


@pytest.mark.slow
def test_a_file_of_each_program_is_looked_at_and_brought_in(cast: Cast, tmp_path: Path) -> None:
    of = version(cast.author)
    for program, body in of_each_program(tmp_path).items():
        file = brought(cast.member, body, f"http://testserver{of.get_absolute_url()}")
        assert (file.state, file.fault) == ("read", "")
        assert file.found is not None
        page = page_of(file, cast.member)
        assert "nobody but you sees it yet" in page
        assert file.found["results"][0]["suite"] in page
        assert not ImportedResult.objects.filter(format=program).exists()
        answer = browser(cast.member).post(file.get_absolute_url(), {"bring": "1"}, follow=True)
        assert "new result" in answer.content.decode()
        row = ImportedResult.objects.filter(format=program).first()
        assert row is not None
        assert (row.version_id, row.source, row.by_id) == (of.pk, file.found["source"], cast.member.pk)
        assert not ResultFile.objects.exists()
        assert not Upload.objects.filter(pk=file.upload_id).exists()


@pytest.mark.slow
def test_the_same_file_again_says_so_and_changes_nothing(cast: Cast) -> None:
    body = lines(GARAK).encode()
    for said in ("1 new result", "They were there before: nothing changed."):
        file = brought(cast.member, body)
        assert ("Results of this very file are here already" in page_of(file, cast.member)) == (said[0] == "T")
        answer = browser(cast.member).post(file.get_absolute_url(), {"bring": "1"}, follow=True)
        assert said in answer.content.decode()
    assert ImportedResult.objects.count() == 1


def bomb() -> bytes:
    """An archive of 200 MB of zeros in 200 kB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("header.json", bytes(200 << 20))
    return out.getvalue()


def climbing() -> bytes:
    """An archive whose only part would lie outside of where it is unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("../../../tmp/stoa-climbed", b"{}")
    return out.getvalue()


NOT_A_NUMBER = lines(GARAK).replace('"passed": 6', '"passed": NaN').encode()


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [bomb(), climbing(), NOT_A_NUMBER, lines(GARAK).encode()[:-20], b'{"a":' * 100_000, b'{"evaluation_results": []}'],
    ids=["bomb", "path", "NaN", "cut", "nested", "empty"],
)
def test_a_hostile_file_is_told_to_be_unreadable(cast: Cast, body: bytes) -> None:
    file = brought(cast.member, body)
    assert (file.state, file.found) == ("unreadable", None)
    page = page_of(file, cast.member)
    assert file.fault
    assert file.upload.digest not in page
    assert not Path("/tmp/stoa-climbed").exists()
    answer = browser(cast.member).post(file.get_absolute_url(), {"bring": "1"})
    assert (answer.status_code, ImportedResult.objects.count()) == (422, 0)


@pytest.mark.slow
def test_what_a_file_says_is_inert(cast: Cast) -> None:
    file = brought(cast.member, lines(GARAK).replace("always.Pass", HOSTILE).encode())
    assert HOSTILE not in page_of(file, cast.member)
    browser(cast.member).post(file.get_absolute_url(), {"bring": "1"})
    assert HOSTILE not in browser().get("/lab/imported").content.decode()
    assert ImportedResult.objects.exists()


def test_without_a_script_the_form_brings_the_file_and_a_wrong_one_is_told_beside_the_field(cast: Cast) -> None:
    body = SimpleUploadedFile("report.jsonl", lines(GARAK).encode())
    answer = browser(cast.member).post("/lab/imported/new", {"upload": body})
    assert answer.status_code == 302
    assert ResultFile.objects.get().upload.sort == "results"
    answer = browser(cast.member).post("/lab/imported/new", {"upload": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})
    assert answer.status_code == 422
    assert "This is no file of results." in answer.content.decode()
    answer = browser(cast.member).post("/lab/imported/new", {"upload": body, "version": "https://elsewhere.example/x"})
    assert "No such version is registered here." in answer.content.decode()
    assert ResultFile.objects.count() == 1


def test_nobody_but_who_brought_a_file_sees_it_or_brings_it_in(cast: Cast) -> None:
    upload = sent(cast.member, lines(GARAK).encode())
    file = acts.begin_import(acting(cast.member), person=cast.member, upload=upload.pk)
    for other in (cast.author, cast.steward):
        page_of(file, other, status=404)
        assert browser(other).post(file.get_absolute_url(), {"drop": "1"}).status_code == 404
        with pytest.raises(Refused):
            acts.drop_import(acting(other), file=file)
    assert "waits to be read" in page_of(file, cast.member).lower()
    assert browser(cast.stranger).get("/lab/imported/new").status_code == 403
    assert ResultFile.objects.get() == file


def test_erasing_somebody_takes_their_files_of_results_along(cast: Cast) -> None:
    file, other = looked_at(cast.member, "a"), looked_at(cast.author, "b")
    erase(cast.member.pk)
    assert list(ResultFile.objects.all()) == [other]
    files.erase_files_of(cast.member.pk)
    assert not Upload.objects.filter(pk=file.upload_id).exists()


def test_what_nobody_read_is_asked_for_again_and_what_nobody_goes_on_with_is_forgotten(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = acts.begin_import(acting(cast.member), person=cast.member, upload=sent(cast.member, b'{"a": 1}').pk)
    monkeypatch.setattr("stoa.lab.apart.find_spec", lambda _: None)
    read_file(file.pk)
    file.refresh_from_db()
    assert file.state == "waiting"
    assert "nothing installed that reads such files" in page_of(file, cast.member)
    assert acts.forget_imports(CLOCK) == 0
    with at(file.sent + timedelta(days=3)):
        assert acts.forget_imports(CLOCK) == 1
    assert not Upload.objects.filter(pk=file.upload_id).exists()
