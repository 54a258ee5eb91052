"""PDFs that could do harm are refused, however they hide it; ordinary ones are not."""

from __future__ import annotations

import base64
import random
import zlib
from collections.abc import Callable
from contextlib import nullcontext

import pytest

from stoa.kit.faults import Invalid
from stoa.kit.files import pdf as scanning
from stoa.kit.files.pdf import demand_harmless
from tests.kit.files.pdfs import pdf, stream

SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
PACKED = zlib.compress(b"7 0 " + SCRIPT)
HEXED = PACKED.hex().encode() + b">"
UNREADABLE = "packed in a way that can't be looked into"


def objects(packed: bytes, filters: bytes) -> bytes:
    """A PDF with a part that holds objects, packed and described so."""
    head = b"<</Type/ObjStm/N 1/First 4/Length %d" % len(packed)
    return pdf(head + filters + b">>\nstream\n" + packed + b"\nendstream")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (pdf(SCRIPT), "runs a script"),
        (pdf(b"<</S/J#61vaScript/JS(app.alert(1))>>"), "runs a script"),
        (pdf(b"<</S/#4a#61#76#61#53#63#72#69#70#74>>"), "runs a script"),
        (pdf(stream(b"7 0 " + SCRIPT, b"/Type/ObjStm/N 1/First 4")), "runs a script"),
        (pdf(stream(b"7 0 " + SCRIPT, b"/Type/Obj#53tm/N 1/First 4")), UNREADABLE),
        (pdf(stream(b"7 0 " + SCRIPT, b"/Type/ObjStm/N 1").replace(b"FlateDecode", b"#46lateDecode")), UNREADABLE),
        (pdf(b"(a text with\nstream\n" + SCRIPT + b"\nendstream in it)"), "runs a script"),
        (pdf(b"<</S/Launch/F(calc.exe)>>"), "starts a program"),
        (pdf(b"<</Type/Filespec/EF<</F 9 0 R>>>>", b"<</Type/EmbeddedFile>>"), "another file inside"),
        (pdf(b"<</Subtype/RichMedia>>"), "moving media"),
        (pdf(b"<</S/SubmitForm/F(https://example.org)>>"), "sends what is typed"),
        (pdf(trailer=b"/Encrypt 5 0 R"), "locked with a password"),
        (pdf(b"<</S/Rendition/JS(app.alert(1))>>"), "moving media"),
        (pdf(b"<</AcroForm<</XFA[(a)7 0 R]>>>>"), "a form that runs scripts"),
        (pdf(b"<</AcroForm<</#58FA 7 0 R>>>>"), "a form that runs scripts"),
        (pdf(stream(b"7 0 <</XFA 8 0 R>>", b"/Type/ObjStm/N 1/First 4")), "a form that runs scripts"),
        (pdf(b"<</Subtype/3D/3DD<</OnInstantiate 8 0 R>>>>"), "runs a script"),
        (pdf()[:-8], "breaks off"),
        (b"%PDF-1.7\n", "breaks off"),
    ],
)
def test_what_could_do_harm_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        demand_harmless(body)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "body",
    [
        objects(HEXED, b"/Filter/ASCIIHexDecode"),
        objects(HEXED, b"/Filter[/ASCIIHexDecode/FlateDecode]"),
        objects(b"-", b"/Filter/LZWDecode"),
        objects(PACKED, b"/Filter[/FlateDecode/FlateDecode]"),
        objects(PACKED, b"/Filter 6 0 R"),
        objects(PACKED, b"/Filter/FlateDecode/DecodeParms<</Predictor 12>>"),
        objects(PACKED, b"/Filter/FlateDecode/X(obj)"),
        objects(PACKED, b"/Filter/FlateDecode/X(endobj>>stream\n)"),
        objects(PACKED, b"/X<</Filter/FlateDecode>>/Filter/ASCIIHexDecode"),
        objects(PACKED, b"%<</Filter/FlateDecode>>\n/Filter/ASCIIHexDecode"),
        objects(PACKED, b"/Filter/FlateDecode/X(" + b"x" * 3_000 + b")"),
        objects(PACKED, b"/Filter/FlateDecode/X(" + b"x" * 300_000 + b")"),
        objects(PACKED, b"/Filter/FlateDecode").replace(b"stream\n", b"stream\r", 1),
        objects(PACKED, b"/Filter/FlateDecode").replace(b"stream\n", b"stream  \n", 1),
        objects(PACKED, b"/Filter/FlateDecode").replace(b"/Type/ObjStm", b"/Type 7 0 R", 1).replace(b"/N 1", b"/X(>>)"),
        objects(HEXED, b"/Filter/ASCIIHexDecode").replace(b"/Type/ObjStm", b""),
        objects(HEXED, b"/X(>>)").replace(b"/Type/ObjStm", b"").replace(b"stream", b"%\n% stream\n\0stream", 1),
        objects(HEXED, b"/Filter/ASCIIHexDecode").replace(b"/Type/ObjStm", b"").replace(b"/First 4", b"/First 7 0 R"),
        pdf(b"/ObjStm", stream(b"7 0 " + SCRIPT, b"/Type 4 0 R")),
    ],
)
def test_what_holds_objects_and_can_not_be_looked_into_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match=UNREADABLE) as refused:
        demand_harmless(body)
    assert refused.value.remedy


@pytest.mark.parametrize("again", [b"/First ", b"/First 5 0 R/Filter[/ASCII85Decode/FlateDecode]", b"%First\n/First "])
def test_no_file_is_followed_again_and_again(monkeypatch: pytest.MonkeyPatch, again: bytes) -> None:
    monkeypatch.setattr(scanning, "MOST_FOLLOWED", 400_000)
    body = pdf(*[b"<<" + again * 400 + b">>"] * 20)
    with pytest.raises(Invalid, match=UNREADABLE):
        demand_harmless(body)


def test_no_part_is_read_again_and_again() -> None:
    again = b"<<" + b"/Filter[/ASCII85Decode/FlateDecode]" * 9 + b">>stream\n" + b"z" * 1_000 + b"~>\nendstream"
    with pytest.raises(Invalid, match=UNREADABLE):
        demand_harmless(pdf(again))


@pytest.mark.parametrize(
    "dictionary",
    [
        b"<</Type/ObjStm/N 1/First 4/Length 9/Filter/FlateDecode>>stream\r\n",
        b"<< /Type /ObjStm\n   /Length 11 0 R\n   /N 1\n   /First 4\n   /Filter /FlateDecode\n>>\nstream\n",
        b"<</Extends 5 0 R/Filter [ /FlateDecode ]/First 4/Length 9/N 1/Type/ObjStm>>\r\nstream\r\n",
    ],
)
def test_what_usual_programs_pack_is_looked_into(dictionary: bytes) -> None:
    with pytest.raises(Invalid, match="runs a script"):
        demand_harmless(pdf(dictionary + PACKED + b"\nendstream"))
    demand_harmless(pdf(dictionary + zlib.compress(b"7 0 <</Title(Harmless)>>") + b"\nendstream"))


def test_headings_signatures_and_usual_filters_are_taken() -> None:
    demand_harmless(
        pdf(
            b"<</Type/Outlines/First 5 0 R/Last 6 0 R/Count 2>>",
            b"<</Title(One \\(1\\))/First 7 0 R/A<</S/URI/URI(https://example.org)>>>>",
            b"<</Type/Sig/Filter/Adobe.PPKLite/Contents<00>>>",
            b"<</Length 9/Filter[/ASCII85Decode/FlateDecode]>>\nstream\n"
            + base64.a85encode(zlib.compress(b"BT ET")) + b"~>\nendstream",
            b"<</Length 9/Filter[/FlateDecode/DCTDecode]>>\nstream\nx\nendstream",
            b"<</Length 9/Filter/DCTDecode>>\nstream\n\xff\xd8\nendstream",
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda packed: b"[/ASCIIHexDecode/FlateDecode]>>stream\n" + packed.hex().encode() + b">",
        lambda packed: b"[/ASCII85Decode/FlateDecode]/X(>>stream\n)>>stream\n" + base64.a85encode(packed) + b"~>",
        lambda packed: b"/FlateDecode/X(obj)>>stream\r" + packed,
        lambda packed: b"/FlateDecode/X(" + b"x" * 3_000 + b")>>stream\n" + packed,
    ],
)
def test_what_unfolds_without_end_is_found_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch, wrapped: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(scanning, "MOST_UNFOLDED", 3_000_000)
    for size, taken in ((4_000_000, False), (2_000_000, True)):
        body = pdf(b"<</Length 9/Filter" + wrapped(zlib.compress(b"\0" * size, 9)) + b"\nendstream")
        with nullcontext() if taken else pytest.raises(Invalid, match="unfolds into more"):
            demand_harmless(body)


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
