"""The parts of pages come out as their documentation says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import engines
from django.template.backends.django import DjangoTemplates

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Member:
    name: str

    def get_absolute_url(self) -> str:
        return "/people/7"

    def __str__(self) -> str:
        return self.name


class Proposal(forms.Form):
    title = forms.CharField(label="Question", help_text="One <i>sentence</i>.", max_length=5)
    topics = forms.MultipleChoiceField(
        label="Topics", choices=[("a", "Leaks")], widget=forms.CheckboxSelectMultiple, required=False
    )
    read = forms.BooleanField(label="I have read it")
    round = forms.CharField(widget=forms.HiddenInput)


def shown(template: str, **context: object) -> str:
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)
    return " ".join(engine.from_string(template).render(context).split())


@pytest.mark.parametrize(
    ("template", "html"),
    [
        (
            "{% instant at form='date' %}",
            '<time datetime="2026-11-28T12:00:00Z" data-offset="0" data-form="date">28 November 2026</time>',
        ),
        ("{% instant day %}", '<time datetime="2026-11-28">28 November 2026</time>'),
        ("{% instant none %}", "–"),
        ("{% number 1218 %}", "1,218"),
        ("{% number 0.5 2 %}", "0.50"),
        ("{% number 0.6666 3 %}", "0.667"),
        ("{% number 999.96 1 %}", "1,000.0"),
        ("{% number -0.001 2 %}", "0.00"),
        ("{% number none %}", "–"),
        ("{{ 'What leaks?'|ended }}", "What leaks?"),
        ("{{ 'A call'|ended }}", "A call."),
        ("{% markdown '<b>' %}", '<div class="text"><p>&lt;b&gt;</p> </div>'),
        ("{% person who %}", '<a href="/people/7" class="person">Ada &lt;b&gt;</a>'),
        ("{% person bold %}", "&lt;b&gt;"),
        ("{% person none %}", "former member"),
        (
            "{% state 'Vote' %}until {{ word }}{% endstate %}",
            '<p class="state"><b>Vote</b> <span>until a&amp;b</span></p>',
        ),
        ("{% state 'Over' done=True %}x{% endstate %}", '<p class="state done"><b>Over</b> <span>x</span></p>'),
        ("{% empty bold %}<p>Start</p>{% endempty %}", '<div class="empty"><b>&lt;b&gt;</b><p>Start</p></div>'),
        (
            "{% acts says=bold %}<button>Go</button>{% endacts %}",
            '<div class="acts"><p class="says hint">&lt;b&gt;</p><div class="buttons"><button>Go</button></div></div>',
        ),
        ("{% acts sticky=True %}x{% endacts %}", '<div class="acts sticky"><div class="buttons">x</div></div>'),
        (
            "{% facts rows %}",
            '<dl class="facts"><dt>A</dt><dd>1</dd><dt>&lt;C&gt;</dt><dd></dd></dl>',
        ),
        (
            "{% tabs tabs %}",
            '<nav class="tabs" aria-label="Parts of this page"><a href="/a" aria-current="page">A</a><a href="/b">B</a></nav>',
        ),
        (
            "{% steps steps %}",
            (
                '<ol class="steps"><li class="done"><span><a href="/t">TLS</a> <span class="unseen">(done)</span></span></li>'
                '<li class="now" aria-current="step"><span>Mail</span><br><span class="quiet">not sent</span></li></ol>'
            ),
        ),
    ],
)
def test_a_part_is_shown(template: str, html: str) -> None:
    context = {
        "at": NOON,
        "day": date(2026, 11, 28),
        "none": None,
        "word": "a&b",
        "bold": "<b>",
        "who": Member("Ada <b>"),
        "rows": [("A", 1), ("B", None), ("<C>", "")],
        "tabs": [("A", "/a", True), ("B", "/b", False)],
        "steps": [
            {"label": "TLS", "status": "done", "url": "/t"},
            {"label": "Mail", "status": "now", "note": "not sent"},
        ],
    }
    assert shown(template, **context) == html


def test_a_field_ties_label_hint_fault_and_control_together() -> None:
    form = Proposal({"title": "too long"})
    assert shown("{% field form.title %}", form=form) == (
        '<div class="field"> <label for="id_title">Question</label>'
        ' <p class="hint" id="id_title_helptext">One &lt;i&gt;sentence&lt;/i&gt;.</p>'
        ' <ul class="fault" id="id_title_error"><li>Ensure this value has at most 5 characters (it has 8).</li></ul>'
        ' <input type="text" name="title" value="too long" maxlength="5" required aria-invalid="true"'
        ' aria-describedby="id_title_helptext id_title_error" id="id_title"> </div>'
    )


def test_a_group_of_choices_is_a_fieldset() -> None:
    assert shown("{% field form.topics %}", form=Proposal()) == (
        '<fieldset class="field" id="id_topics"> <legend>Topics <span class="optional">(optional)</span></legend>'
        ' <div class="choices"><label for="id_topics_0"><input type="checkbox" name="topics" value="a" id="id_topics_0">'
        "<span>Leaks</span></label></div> </fieldset>"
    )


def test_a_page_may_word_a_field_anew_and_placeholders_are_left_out() -> None:
    form = Proposal()
    form.fields["title"].widget.attrs["placeholder"] = "Question"
    html = shown("{% field form.title label=label hint='Short.' %}", form=form, label="Your <question>")
    assert '<label for="id_title">Your &lt;question&gt;</label>' in html
    assert '<p class="hint" id="id_title_helptext">Short.</p>' in html
    assert "placeholder" not in html


def test_all_fields_come_in_order_with_the_hidden_ones() -> None:
    html = shown("{% fields form %}", form=Proposal())
    assert [html.index(f'name="{name}"') for name in ("title", "topics", "read", "round")] == sorted(
        html.index(f'name="{name}"') for name in ("title", "topics", "read", "round")
    )


def test_the_summary_of_faults_leads_to_each_field() -> None:
    form = Proposal({"title": "too long"})
    form.add_error(None, "The round is <closed>.")
    assert shown("{% errors form %}", form=form) == (
        '<div class="notice" role="alert" tabindex="-1"> <h2>Not done yet: 4 things need mending</h2>'
        " <ul><li>The round is &lt;closed&gt;.</li><li>This field is required.</li>"
        '<li><a href="#id_title">Question</a>: Ensure this value has at most 5 characters (it has 8).</li>'
        '<li><a href="#id_read">I have read it</a>: This field is required.</li></ul>'
        " <p>Nothing that you typed was lost.</p> </div>"
    )
    assert shown("{% errors form %}", form=Proposal()) == ""
