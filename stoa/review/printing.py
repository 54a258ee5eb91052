"""What a reviewer takes along, as PDF: criteria, the texts that they read, and scores to mark with a pen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import typst
from markdown_it import MarkdownIt
from markdown_it.token import Token

from stoa.kit.faults import Closed

MOST_CHARACTERS = 1_000_000
"""Of all texts of one PDF; it is set within a second or two."""

MOST_LINES = 10_000
"""Of all texts of one PDF. A text with more than its share of them, which nobody writes, runs on without line breaks."""

MOST_PARSED = 20_000
"""Characters of one text whose Markdown is set; a longer one is set in paragraphs as typed."""

Block = dict[str, Any]
MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
DEEPER = {"bullet_list": "\u2022 ", "ordered_list": "", "blockquote": ""}
OPENS = {"strong_open": "strong", "em_open": "emphasis", "link_open": "link"}

TEMPLATE = rb"""
#let told = json(bytes(sys.inputs.told))
#set document(title: told.title, date: none)
#set page(paper: "a4", margin: 2.2cm, numbering: "1 / 1", header: text(size: 8pt, told.keep))
#set text(size: 10.5pt, hyphenate: true)
#show heading: set block(above: 1.4em, below: .7em)
#let spans(list) = for one in list {
  if one.kind == "text" { one.text }
  else if one.kind == "code" { raw(one.text) }
  else if one.kind == "break" { linebreak() }
  else if one.kind == "strong" { strong([#spans(one.of)]) }
  else if one.kind == "emphasis" { emph([#spans(one.of)]) }
  else { [#spans(one.of)] + text(size: 8pt, " (" + one.to + ")") }
}
#let blocks(list) = for one in list {
  if one.kind == "heading" { heading(level: 3, outlined: false, [#spans(one.of)]) }
  else if one.kind == "code" { block(inset: (left: 1em), raw(one.text, block: true)) }
  else if one.kind == "rule" { line(length: 30%) }
  else { block(inset: (left: one.depth * 1.2em), above: .8em, below: .8em, one.mark + [#spans(one.of)]) }
}
#align(center, text(size: 18pt, weight: "bold", told.title))
#align(center, told.due)
#outline(title: none, depth: 1)
= What is scored, from #str(told.least) to #str(told.most)
#for one in told.criteria [
  == #one.title
  #par(one.rubric.split("\n").join(linebreak()))
  #for example in one.examples [#block(inset: (left: 1em))[*#str(example.score)*: #example.text]]
]
#for piece in told.pieces {
  pagebreak()
  heading(level: 1, str(piece.number) + ". " + piece.title)
  blocks(piece.blocks)
  v(1em)
  line(length: 100%)
  for one in told.criteria {
    par(text(weight: "bold", one.title) + h(1fr) + range(told.least, told.most + 1).map(str).join(h(1.6em)))
  }
}
"""


def as_pdf(sheet: dict[str, Any], *, due: str) -> bytes:
    """The sheet of a reviewer as PDF. Texts are data to it, never markup; the same sheet gives the same bytes."""
    if sum(len(piece["text"]) for piece in sheet["pieces"]) > MOST_CHARACTERS:
        raise Closed(
            "These are too many texts for one PDF.", remedy="Print the page with all texts, or take the sheet."
        )
    least, most = sheet["scale"]
    share = MOST_LINES // max(1, len(sheet["pieces"]))
    told = {
        "title": sheet["title"],
        "due": due,
        "keep": "Keep this to yourself, and delete it when you are done.",
        "least": least,
        "most": most,
        "criteria": sheet["criteria"],
        "pieces": [{**_named(piece), "blocks": blocks(piece["text"], share)} for piece in sheet["pieces"]],
    }
    return bytes(typst.compile(TEMPLATE, format="pdf", sys_inputs={"told": json.dumps(told)}))


def _named(piece: dict[str, Any]) -> dict[str, Any]:
    return {"number": piece["number"], "title": piece["title"]}


def blocks(text: str, most: int = MOST_LINES) -> list[Block]:
    """A text in Markdown as headings, paragraphs, items of lists, code and rules, each with its spans; of `most` lines.

    What the template gets of it are texts and kinds from the list here, never markup. Tables and formulas stay as typed.
    """
    if text.count("\n") > most:
        return [_paragraph([_text(" ".join(text.split()))])]
    if len(text) > MOST_PARSED:
        return [_paragraph(_lines(part)) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return list(_blocks(MARKDOWN.parse(text)))


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    """`marks` holds the mark of each list and quotation that is open; an item bears its mark once."""
    marks: list[str] = []
    mark, of = "", "text"
    for token in tokens:
        name, _, turn = token.type.rpartition("_")
        if name in DEEPER and turn == "open":
            marks.append(DEEPER[name])
        elif name in DEEPER:
            marks.pop()
        elif token.type == "list_item_open":
            mark = f"{token.info}. " if token.info else marks[-1]
        elif name == "heading":
            of = "heading" if turn == "open" else "text"
        elif token.type == "inline":
            yield {"kind": of, "of": _spans(token.children or []), "mark": mark, "depth": len(marks)}
            mark = ""
        else:
            yield from _as_typed(token)


def _as_typed(token: Token) -> Iterator[Block]:
    if token.type in {"fence", "code_block"}:
        yield {"kind": "code", "text": token.content.rstrip("\n")}
    elif token.type == "hr":
        yield {"kind": "rule"}


def _spans(tokens: list[Token]) -> list[Block]:
    """What is open stands on a stack: text goes into what was opened last."""
    stack: list[Block] = [{"of": []}]
    for token in tokens:
        if token.type in OPENS:
            to = str(token.attrs.get("href", ""))
            stack.append({"kind": OPENS[token.type], "of": [], "to": to})
        elif token.type.removesuffix("_close") + "_open" in OPENS:
            done = stack.pop()
            stack[-1]["of"].append(done)
        elif token.type in {"softbreak", "hardbreak"}:
            stack[-1]["of"].append({"kind": "break"})
        elif token.type == "code_inline":
            stack[-1]["of"].append({"kind": "code", "text": token.content})
        else:
            stack[-1]["of"].append(_text(token.content))
    spans: list[Block] = stack[0]["of"]
    return spans


def _paragraph(of: list[Block]) -> Block:
    return {"kind": "text", "of": of, "mark": "", "depth": 0}


def _lines(part: str) -> list[Block]:
    lines = [_text(line) for line in part.strip().split("\n")]
    return [one for line in lines for one in (line, {"kind": "break"})][:-1]


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}
