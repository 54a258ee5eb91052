"""PDFs that could do harm are refused, however they hide it; ordinary ones are not."""

from __future__ import annotations

import random
import zlib

import pytest

from stoa.kit.faults import Invalid
from stoa.kit.files import pdf as scanning
from stoa.kit.files.pdf import demand_harmless
from tests.kit.files.pdfs import pdf, stream

SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (pdf(SCRIPT), "runs a script"),
        (pdf(b"<</S/J#61vaScript/JS(app.alert(1))>>"), "runs a script"),
        (pdf(b"<</S/#4a#61#76#61#53#63#72#69#70#74>>"), "runs a script"),
        (pdf(stream(b"7 0 " + SCRIPT, b"/Type/ObjStm/N 1/First 4")), "runs a script"),
        (pdf(stream(b"7 0 " + SCRIPT, b"/Type/Obj#53tm/N 1/First 4")), "runs a script"),
        (pdf(stream(b"7 0 " + SCRIPT, b"/Type/ObjStm/N 1").replace(b"FlateDecode", b"#46lateDecode")), "runs a script"),
        (pdf(b"(a text with\nstream\n" + SCRIPT + b"\nendstream in it)"), "runs a script"),
        (pdf(b"<</S/Launch/F(calc.exe)>>"), "starts a program"),
        (pdf(b"<</Type/Filespec/EF<</F 9 0 R>>>>", b"<</Type/EmbeddedFile>>"), "another file inside"),
        (pdf(b"<</Subtype/RichMedia>>"), "moving media"),
        (pdf(b"<</S/SubmitForm/F(https://example.org)>>"), "sends what is typed"),
        (pdf(trailer=b"/Encrypt 5 0 R"), "locked with a password"),
        (pdf()[:-8], "breaks off"),
        (b"%PDF-1.7\n", "breaks off"),
    ],
)
def test_what_could_do_harm_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        demand_harmless(body)
    assert refused.value.remedy


def test_what_unfolds_without_end_is_refused_without_being_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MOST_UNFOLDED", 3_000_000)
    many = [stream(b"\0" * 1_000_000) for _ in range(4)]
    with pytest.raises(Invalid, match="unfolds into more"):
        demand_harmless(pdf(*many))
    demand_harmless(pdf(*many[:2]))


def test_a_name_is_found_wherever_the_pieces_of_what_unfolds_part_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for step in range(1, 24):
        monkeypatch.setattr(scanning, "_STEP", step)
        with pytest.raises(Invalid, match="runs a script"):
            demand_harmless(pdf(stream(b"7 0 " + SCRIPT, b"/Type/ObjStm")))
        demand_harmless(pdf(stream(b"7 0 <</S/Launcher/JavaScripts 1>>", b"/Type/ObjStm")))


def test_words_in_texts_and_bytes_of_pictures_are_no_reason() -> None:
    noise = random.Random(7).randbytes(300_000)
    demand_harmless(pdf(stream(b"BT (We teach JavaScript and Launch things) Tj ET"), stream(zlib.compress(noise))))
    demand_harmless(pdf(b"<</Title(On JavaScript)/Lang(en)>>", stream(noise)))


def test_of_a_damaged_stream_what_is_sound_is_read() -> None:
    noise = random.Random(8).randbytes(200_000)
    whole = stream(b"7 0 " + SCRIPT + noise, b"/Type/ObjStm/N 1")
    with pytest.raises(Invalid, match="runs a script"):
        demand_harmless(pdf(whole[:100_000] + b"\nendstream"))
