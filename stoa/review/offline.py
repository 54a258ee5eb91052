"""What a reviewer takes along as a form: one file of HTML that is opened from the disk, filled in, and saves the sheet.

Texts are shown as on every page here, without any HTML of theirs. Besides, the file's own policy lets the browser run the
one script and use the one style in it, told by their hashes, and reach nothing: whatever a text held, it could neither act
nor send.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import json_script

from stoa.review.models import Panel

STATIC = Path(__file__).parent / "static/review"
GIVEN = ("number", "scores", "for_panel", "for_author", "version")
"""What the sheet needs of a piece: its text stands on the page, and would be in each file that is saved."""


def as_form(panel: Panel, sheet: dict[str, Any], *, most: int) -> str:
    """The sheet of a reviewer as a page that needs no server; `most` are the characters of a text of theirs."""
    script, style = (STATIC.joinpath(name).read_text() for name in ("offline.js", "offline.css"))
    scores = range(panel.least, panel.most + 1)
    body = render_to_string("review/offline.html", {"panel": panel, "sheet": sheet, "scores": scores, "most": most})
    bare = {**sheet, "pieces": [{name: piece[name] for name in GIVEN} for piece in sheet["pieces"]]}
    policy = f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">\n'
        f"<title>Reviews to fill in</title><style>{style}</style></head>\n"
        f"<body><main>{body}</main>\n{json_script(bare, 'sheet')}\n<script>{script}</script></body></html>\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
