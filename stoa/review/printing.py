"""What a reviewer takes along, as PDF: criteria, the texts that they read, and scores to mark with a pen."""

from __future__ import annotations

import json
from typing import Any

import typst

from stoa.kit.faults import Closed

MOST_CHARACTERS = 1_000_000
"""Of all texts of one PDF; it is set within a second or two."""

MOST_LINES = 10_000
"""Of all texts of one PDF. A text with more than its share of them, which nobody writes, runs on without line breaks."""

TEMPLATE = rb"""
#let told = json(bytes(sys.inputs.told))
#set document(title: told.title, date: none)
#set page(paper: "a4", margin: 2.2cm, numbering: "1 / 1", header: text(size: 8pt, told.keep))
#set text(size: 10.5pt, hyphenate: true)
#show heading: set block(above: 1.4em, below: .7em)
#let blocks(list) = for one in list {
  if one.kind == "heading" { heading(level: 3, outlined: false, one.text) }
  else if one.kind == "item" { block(inset: (left: 1em), above: .5em, below: .5em, [\u{2022} ] + one.text) }
  else { par(one.text.split("\n").join(linebreak())) }
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


def blocks(text: str, most: int = MOST_LINES) -> list[dict[str, str]]:
    """A text in the little of Markdown that pieces are made of: headings, items of lists, and paragraphs; of `most` lines."""
    found: list[dict[str, str]] = []
    if text.count("\n") > most:
        return [{"kind": "text", "text": " ".join(text.split())}]
    for part in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.replace("\\#", "#", 1) for line in part.strip().split("\n") if line.strip()]
        if len(lines) == 1 and part.lstrip().startswith("## "):
            found.append({"kind": "heading", "text": lines[0].removeprefix("## ")})
        elif lines and all(line.startswith("- ") for line in lines):
            found += [{"kind": "item", "text": line.removeprefix("- ")} for line in lines]
        elif lines:
            found.append({"kind": "text", "text": "\n".join(lines)})
    return found
