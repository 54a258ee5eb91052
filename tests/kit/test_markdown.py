"""People's Markdown comes out as meant, and hostile Markdown harmless."""

import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.kit.markdown import ATTRIBUTES, LIMIT, MOST_MARKS, TAGS, render


class Seen(HTMLParser):
    """Collects the elements, attributes and addresses of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name == "href"]


def harmless(html: str) -> bool:
    seen = Seen(html)
    allowed = {(tag, name) for tag, names in ATTRIBUTES.items() for name in names}
    allowed |= {("a", "rel"), ("pre", "tabindex")}
    schemes = all(
        address.partition(":")[0] in ("http", "https", "mailto") for address in seen.addresses if ":" in address
    )
    return seen.tags <= TAGS and seen.attributes <= allowed and schemes


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a **b** *c* `d` ~~e~~", "<p>a <strong>b</strong> <em>c</em> <code>d</code> <s>e</s></p>\n"),
        ("# One\n## Two", "<h3>One</h3>\n<h4>Two</h4>\n"),
        ("###### Six", "<h6>Six</h6>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>\n'),
        ("It costs $5 and $6.", "<p>It costs $5 and $6.</p>\n"),
        ("$x$", '<p><span class="math inline"><math><mi>x</mi></math></span></p>\n'),
        ("so $$x$$ it is", '<p>so <span class="math inline"><math><mi>x</mi></math></span> it is</p>\n'),
        ("$$x$$", '<div class="math block"><math display="block"><mi>x</mi></math></div>\n'),
        ("$\\nosuch$", '<p><span class="math inline"><code class="typed">\\nosuch</code></span></p>\n'),
        ("$\\text{<b>}$", '<p><span class="math inline"><math><mtext>&lt;b&gt;</mtext></math></span></p>\n'),
        ("a<br>b", "<p>a&lt;br&gt;b</p>\n"),
        ("", ""),
    ],
)
def test_what_is_meant_is_shown(text: str, html: str) -> None:
    assert render(text) == html


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        ("[a](https://b.example/c)", "https://b.example/c", "a"),
        ("[a](/agenda/1)", "/agenda/1", "a"),
        ("<mailto:a@b.example>", "mailto:a@b.example", "mailto:a@b.example"),
        ("https://b.example/c.", "https://b.example/c", "https://b.example/c"),
        ("(https://b.example/C_(d))", "https://b.example/C_(d)", "https://b.example/C_(d)"),
        ("![a plot](https://b.example/c.png)", "https://b.example/c.png", "Picture: a plot"),
        ("![](c.png)", "c.png", "Picture: without a description"),
    ],
)
def test_links_and_pictures_become_links_that_vouch_for_nothing(text: str, address: str, words: str) -> None:
    assert f'<a href="{address}" rel="nofollow ugc noopener">{words}</a>' in render(text)


def test_an_address_within_a_link_or_code_is_left_alone() -> None:
    assert render("[https://a.example](https://b.example) `https://c.example`") == (
        '<p><a href="https://b.example" rel="nofollow ugc noopener">https://a.example</a> <code>https://c.example</code></p>\n'
    )


def test_alignment_in_tables_is_a_class_and_wide_tables_scroll() -> None:
    assert render("|a|b|c|\n|-|:-:|-:|\n|1|2|3|") == (
        '<div class="scroll" tabindex="0"><table><thead>\n<tr>\n<th>a</th>\n<th class="to-center">b</th>\n'
        '<th class="to-right">c</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td class="to-center">2</td>\n'
        '<td class="to-right">3</td>\n</tr>\n</tbody>\n</table></div>'
    )


def test_code_in_a_known_language_is_coloured_by_classes() -> None:
    assert render("```json\n1\n```") == (
        '<pre tabindex="0"><code class="language-json"><span class="mi">1</span>\n</code></pre>\n'
    )
    assert render("```nosuch\n<1>\n```") == '<pre tabindex="0"><code class="language-nosuch">&lt;1&gt;\n</code></pre>\n'


def test_long_code_is_shown_without_colours() -> None:
    assert "<span" not in render("```python\n" + "x = 1\n" * 5000 + "```")


def test_equations_of_one_text_are_numbered_on() -> None:
    html = render("$$\\begin{align}a&=b\\end{align}$$\n\n$$\\begin{align}c&=d\\end{align}$$")
    assert [f"({n})" in html for n in (1, 2, 3)] == [True, True, False]


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<style>*{display:none}</style>",
    "<a href='javascript:alert(1)'>a</a>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](vbscript:x)",
    '[a](https://b "onmouseover=alert(1)")',
    '[a](https://b"onmouseover="alert(1))',
    "![a](javascript:alert(1))",
    '![a"onerror="alert(1)](x)',
    "<javascript:alert(1)>",
    '```"><img src=x onerror=alert(1)>\ncode\n```',
    "```html\n<script>alert(1)</script>\n```",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$\\text{</math><script>alert(1)</script>}$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\color{red;background:url(//evil)}{x}$",
    "$\\class{acts}{x}$ $\\style{color:red}{x}$",
    "$<mglyph><style><img src=x onerror=alert(1)>$",
    "$$\\begin{array}{c|c}a&b\\\\\\hline c&d\\end{array}$$",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<!-- --><script>alert(1)</script>",
    "<?php x ?>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "a\0<script>",
    'https://a.example/"onmouseover="alert(1)',
    "|<script>|\n|-|\n|<script>|",
    "[a]: javascript:alert(1)\n[a]",
    "\u202e\ufeff\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_no_harm(text: str) -> None:
    assert harmless(render(text))


@given(
    st.lists(
        st.sampled_from(
            [*HOSTILE, "\n", "\n\n", " ", "*", "> ", "- ", "$", "$$", "|", "`", "```", "[", "](", ")", "\\"]
        )
    )
)
def test_no_mixture_does_harm(pieces: list[str]) -> None:
    assert harmless(render("".join(pieces)))


@given(st.text())
def test_any_text_can_be_rendered(text: str) -> None:
    assert harmless(render(text))


@pytest.mark.parametrize(
    "text",
    [
        ">" * 5000,
        "- " * 5000,
        "[" * 5000,
        "![" * 2000,
        "*" * 5000,
        "**a " * 2000,
        "<" * 5000,
        "`" * 5000,
        "$" * 5000,
        "|a" * 2000,
    ],
)
def test_deep_nesting_is_borne(text: str) -> None:
    assert harmless(render(text))


def test_a_text_past_the_limit_is_shown_as_typed() -> None:
    assert render("*a* " * (LIMIT // 4 + 1)) == f'<pre class="typed">{("*a* " * (LIMIT // 4 + 1))[:LIMIT]}</pre>'
    assert render("<" + "é" * LIMIT) == f'<pre class="typed">&lt;{"é" * (LIMIT // 2 - 1)}</pre>'


LABORIOUS = [
    "[", "![a](", "[a](", "*a ", "**a", "a**b", "a_*", "*_", "`a", "~~a", "$a$ ", "$$\na\n", "<a ", "&", "\\", "- a\n", "1. a\n",
    "> ", "|a|b|\n", "a\n", "a\n=\n", "http://a.b ", "[[]] ", "]", "  - a\n",
]  # fmt: skip


def work(text: str) -> int:
    """How many functions are called to render a text."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        render(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.slow
@pytest.mark.parametrize("piece", LABORIOUS)
def test_twice_the_text_is_no_more_than_twice_the_work(piece: str) -> None:
    head = "|a|b|\n|-|-|\n" if piece.startswith("|") else ""
    once, twice = (work(head + piece * count) for count in (1_000, 2_000))
    assert twice < 2.2 * once


def test_a_text_of_nothing_but_marks_is_shown_as_typed() -> None:
    assert render("*" * (MOST_MARKS + 1)) == f'<pre class="typed">{"*" * (MOST_MARKS + 1)}</pre>'
    assert work("[" * LIMIT) < 100
    assert render("*a* " * 100) == f"<p>{'<em>a</em> ' * 99}<em>a</em></p>\n"
