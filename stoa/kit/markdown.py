"""People's Markdown, with tables, code and mathematics, as HTML that can do no harm."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import nh3
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight  # type: ignore[import-untyped]  # its stubs are a package of their own
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]  # the same
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # the same

from stoa.kit.formulas import MATHML_TAGS, Formulas

RENDERER = 1  # to be raised with every change of what is rendered: HTML that was kept is then made anew
LIMIT = 200_000  # bytes of UTF-8; longer text is shown as it was typed
MOST_MARKS = 30_000  # characters that the parser stops at, some 20 µs each; a text with more is shown as it was typed
MARKS = re.compile(r"[\n*_`~$\[\]!<&|\\:]")
CODE_LIMIT = 20_000  # characters; longer code is not coloured, since lexers are not linear
LANGUAGES = {
    "bash", "c", "cpp", "css", "diff", "html", "java", "javascript", "json", "julia", "latex", "python", "r", "rust",
    "sh", "sql", "tex", "toml", "typescript", "xml", "yaml",
}  # fmt: skip
FORMULA_FITS = 40  # characters of LaTeX that stay within the width of a phone
HEADINGS = 3  # a text's first level: the page has its own two
TAGS = MATHML_TAGS | {
    "a", "blockquote", "br", "code", "del", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
MATH_ATTRIBUTES = {
    "accent", "accentunder", "class", "columnalign", "depth", "display", "displaystyle", "fence", "form", "height",
    "largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "rspace",
    "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width",
}  # fmt: skip
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "code": {"class"},
    "div": {"class", "tabindex"},
    "ol": {"start"},
    "pre": {"class"},
    "span": {"class"},
    "td": {"class"},
    "th": {"class"},
    **dict.fromkeys(MATHML_TAGS, MATH_ATTRIBUTES),
}
# Addresses written out; punctuation at their end belongs to the sentence, but for brackets that pair up within.
BARE_ADDRESS = re.compile(
    r"""https?://(?:[^\s<>"()]|\([^\s<>"()]*\))*(?:\([^\s<>"()]*\)|[^\s<>"().,:;!?'\[\]{}*_~`])"""
)

KEPT, KEPT_LENGTH = 2000, 4000
"""Texts whose HTML a process keeps, and the characters of the longest: 16 MB at most."""

_clean = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow ugc noopener",
    set_tag_attribute_values={"pre": {"tabindex": "0"}},  # what scrolls sideways must be reached by keys
    strip_comments=True,
).clean


def render(text: str, first_heading: int = HEADINGS) -> SafeString:
    """Safe HTML of a Markdown text. HTML in it is shown as typed, pictures become links, `#` a heading of level 3.

    Headings of a text that is the page itself begin at level 2. A formula or a code block that cannot be read is shown
    as typed; so is a whole text of more than 200 kB, or of more marks than anybody writes by hand.
    """
    return _short(text, first_heading) if len(text) <= KEPT_LENGTH else _render(text, first_heading)


@lru_cache(maxsize=KEPT)
def _short(text: str, first_heading: int) -> SafeString:
    return _render(text, first_heading)


def _render(text: str, first_heading: int) -> SafeString:
    encoded = text.encode("utf-8", "replace")  # half a surrogate pair, which no page can hold, becomes a question mark
    if len(encoded) > LIMIT:
        return format_html('<pre class="typed">{}</pre>', encoded[:LIMIT].decode("utf-8", "ignore"))
    readable = encoded.decode().replace("\0", "")
    if len(MARKS.findall(readable)) > MOST_MARKS:
        return format_html('<pre class="typed">{}</pre>', readable)
    rendered = _parser(Formulas()).render(readable, {"first_heading": first_heading})
    return mark_safe(_clean(rendered))  # noqa: S308 - cleaned by an allow-list


def _parser(formulas: Formulas) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "highlight": _coloured}).enable(["table", "strikethrough"])
    dollarmath_plugin(
        parser,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        double_inline=True,
        renderer=formulas.render,
    )
    parser.core.ruler.push("stoa_addresses", _link_addresses)
    parser.core.ruler.push("stoa_shape", _shape)
    parser.add_render_rule("math_inline_double", _formula_within_text(formulas))
    parser.add_render_rule("math_block", _formula_by_itself(formulas))
    parser.add_render_rule("image", _picture_as_link)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


def _coloured(code: str, language: str, _attributes: str) -> str:
    """Code with the classes of Pygments, where its language is one of ours."""
    if language not in LANGUAGES or len(code) > CODE_LIMIT:
        return escape(code)
    return str(highlight(code, get_lexer_by_name(language, stripnl=False), HtmlFormatter(nowrap=True)))


def _shape(state: StateCore) -> None:
    """Move headings below those of the page, and alignment from the style of a cell to its class."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + state.env['first_heading'] - 1)}"
        elif token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if style:
                token.attrSet("class", style.replace("text-align:", "to-"))


def _link_addresses(state: StateCore) -> None:
    """Make links of addresses that stand in the text as they are."""
    for block in state.tokens:
        if block.type == "inline" and block.children and "://" in block.content:
            block.children = _linked(block.children)


def _linked(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        out.extend(_split(token) if token.type == "text" and depth == 0 else [token])
    return out


def _split(text: Token) -> list[Token]:
    """One piece of text as pieces of text and links."""
    pieces: list[Token] = []
    at = 0
    for found in BARE_ADDRESS.finditer(text.content):
        pieces += [_text(text.content[at : found.start()]), Token("link_open", "a", 1, attrs={"href": found.group()})]
        pieces += [_text(found.group()), Token("link_close", "a", -1)]
        at = found.end()
    return [*pieces, _text(text.content[at:])] if pieces else [text]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _formula_within_text(formulas: Formulas) -> Callable[..., str]:
    """A formula between two dollars on each side that stands within a sentence stays in its line."""

    def rule(_renderer: RendererHTML, tokens: Sequence[Token], index: int, *_: object) -> str:
        return f'<span class="math inline">{formulas.render(tokens[index].content, {})}</span>'

    return rule


def _formula_by_itself(formulas: Formulas) -> Callable[..., str]:
    """A formula on lines of its own; a long one scrolls sideways, for which it must be reached by keys."""

    def rule(_renderer: RendererHTML, tokens: Sequence[Token], index: int, *_: object) -> str:
        source = tokens[index].content
        reached = ' tabindex="0"' if len(source) > FORMULA_FITS else ""
        return f'<div class="math block"{reached}>{formulas.render(source, {"display_mode": True})}</div>\n'

    return rule


def _picture_as_link(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A picture from elsewhere would tell its host who reads this page, so it becomes a link."""
    token = tokens[index]
    words = renderer.renderInlineAsText(token.children or [], options, env)
    return format_html('<a href="{}">Picture: {}</a>', token.attrGet("src") or "", words or "without a description")


def _table_open(_renderer: RendererHTML, *_: object) -> str:
    return '<div class="scroll" tabindex="0"><table>'


def _table_close(_renderer: RendererHTML, *_: object) -> str:
    return "</table></div>"
