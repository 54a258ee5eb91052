"""The parts that pages are made of, as template tags: `{% load stoa %}`. `docs/contributors/pages.md` shows each."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.template import defaulttags
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.dateformat import format as format_date
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from stoa.kit import beside as neighbours
from stoa.kit import instants
from stoa.kit.addresses import path_to
from stoa.kit.markdown import render
from stoa.kit.numerals import numeral
from stoa.kit.pictures import Picture
from stoa.kit.registry import Shown
from stoa.kit.tables import TablePage
from stoa.people.following import follows

register = template.Library()


class AddressNode(URLNode):
    """Django's `{% url %}`, but that an address is worked out once."""

    def render(self, context: template.Context) -> str:
        """The address; with `as` it is put into the context, where a route that is missing leaves nothing."""
        if self.kwargs:
            return super().render(context)
        try:
            found = path_to(self.view_name.resolve(context), *(arg.resolve(context) for arg in self.args))
        except NoReverseMatch:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    """`{% url 'agenda:round' round.slug %}`, as Django has it."""
    node = defaulttags.url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)


@register.simple_tag
def instant(value: datetime | date | None, zone: str = "", form: instants.Form = "full") -> str:
    """An instant in a `<time>`, with its zone; `zone="AoE"` where it was declared anywhere on Earth. None is a dash."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return instants.in_html(value, zone, form)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), format_date(value, "j F Y"))


@register.simple_tag
def number(value: float | None, decimals: int | None = None) -> str:
    """A number with its thousands parted; None is a dash."""
    return "–" if value is None else numeral(value, decimals)


@register.filter
def ended(title: str) -> str:
    """A title as a sentence of a citation: with a full stop, unless it ends otherwise."""
    return title if title.endswith((".", "?", "!", "…")) else f"{title}."


@register.filter
def brand(name: str) -> str:
    """Another site as it calls itself; allauth has an old name for ORCID."""
    return "ORCID" if name == "Orcid.org" else name


@register.simple_tag
def markdown(text: str, first_heading: int = 3) -> SafeString:
    """A person's Markdown as safe HTML. Of a text that is the page itself the first heading is of level 2."""
    return format_html('<div class="text">{}</div>', render(text, first_heading))


@register.simple_tag
def person(who: Any) -> str:
    """A person's name, linked to their page where they have one; None is a person who has left."""
    if who is None:
        return "former member"
    url = getattr(who, "get_absolute_url", lambda: "")()
    return format_html('<a href="{}" class="person">{}</a>', url, who) if url else format_html("{}", who)


@register.simple_tag
def named(shown: Mapping[str, Shown], reference: str) -> str:
    """What a reference stands for, linked, of those that `stoa.kit.registry` showed to this viewer."""
    if reference not in shown:
        return "something that is not public"
    return format_html('<a href="{}">{}</a>', shown[reference].address, shown[reference].title)


@register.simple_tag
def field(bound: BoundField, label: str = "", hint: str = "") -> str:
    """One field of a form: label, hint, what is wrong with it, and the control, tied together for every reader."""
    if bound.is_hidden:
        return str(bound)
    if hint:
        bound.help_text = hint
    if label:
        bound.label = label
    bound.field.widget.attrs.pop("placeholder", None)  # it would vanish as one types; the label and the hint stay
    is_tick = isinstance(bound.field.widget, CheckboxInput)
    return render_to_string("site/parts/field.html", {"field": bound, "is_tick": is_tick})


@register.simple_tag
def fields(form: BaseForm) -> SafeString:
    """Every field of a form in its own order."""
    return mark_safe("".join(field(bound) for bound in form))  # noqa: S308 - each piece comes from a template that escapes


@register.inclusion_tag("site/parts/errors.html")
def errors(form: BaseForm) -> dict[str, object]:
    """What was wrong with a form, at its head, each fault linked to its field."""
    faulty = [bound for bound in form if bound.errors and not bound.is_hidden]
    hidden = [fault for bound in form.hidden_fields() for fault in bound.errors]
    general = [*form.non_field_errors(), *hidden]
    return {"faulty": faulty, "general": general, "count": len(general) + len(faulty)}


@register.simple_block_tag
def acts(content: str, says: str = "", sticky: bool = False) -> str:
    """The buttons that end a form, under a line that tells what will happen and who will see it."""
    buttons = mark_safe(content)  # noqa: S308 - rendered by the template around it
    return render_to_string("site/parts/acts.html", {"content": buttons, "says": says, "sticky": sticky})


@register.simple_block_tag
def state(content: str, word: str, done: bool = False) -> str:
    """The state of a thing in a word, then what comes next and when."""
    kind = "state done" if done else "state"
    return format_html('<p class="{}"><b>{}</b> <span>{}</span></p>', kind, word, mark_safe(content))  # noqa: S308 - as above


@register.simple_block_tag
def empty(content: str, says: str) -> str:
    """What would be here, and how to start."""
    return format_html('<div class="empty"><b>{}</b>{}</div>', says, mark_safe(content))  # noqa: S308 - as above


@register.inclusion_tag("site/parts/facts.html")
def facts(rows: Any) -> dict[str, object]:
    """Pairs of a label and a value as a list of facts; a pair whose value is None is left out."""
    return {"rows": [(label, value) for label, value in rows if value is not None]}


@register.inclusion_tag("site/parts/steps.html")
def steps(rows: Any) -> dict[str, object]:
    """Steps in order, each with `label`, `status` (`done`, `now` or `next`), and where it has them `note` and `url`."""
    return {"rows": rows}


@register.inclusion_tag("site/parts/tabs.html")
def tabs(rows: Any, label: str = "Parts of this page") -> dict[str, object]:
    """Links to the sides of one thing: (label, url, whether it is the one shown)."""
    return {"rows": rows, "label": label}


@register.inclusion_tag("site/parts/table.html")
def table(page: TablePage) -> dict[str, object]:
    """A list that can be filtered, sorted, paged and taken away as CSV or JSON."""
    return {"page": page}


@register.inclusion_tag("site/parts/pages.html")
def pages(page: Any) -> dict[str, object]:
    """Links to the pages of a long list: an object with `number`, `numbers`, `previous`, `next`, `address(number)`."""
    return {"page": page}


@register.inclusion_tag("site/parts/picture.html")
def picture(drawn: Picture, svg: str = "", csv: str = "", level: int = 2) -> dict[str, object]:
    """A picture with its title, its reading in a sentence, its numbers as a table, and its downloads."""
    return {"picture": drawn, "svg": svg, "csv": csv, "level": level, "id": slugify(drawn.title)}


@register.simple_tag(takes_context=True)
def beside(context: template.Context, reference: str) -> SafeString:
    """What other parts have to show beside an object on its page: the thread about it."""
    request = context["request"]
    parts = (render_to_string(name, given, request) for name, given in neighbours.beside(reference, request))
    return mark_safe("".join(parts))  # noqa: S308 - each piece comes from a template that escapes


@register.simple_tag
def feed_address(reference: str = "") -> str:
    """The address of the feed of an object, or of the whole record."""
    return path_to("record:feed") + (f"?{urlencode({'about': reference})}" if reference else "")


@register.inclusion_tag("site/parts/feed.html")
def feed_link(reference: str = "", title: str = "The record") -> dict[str, str]:
    """For a page's head: where its feed is."""
    return {"title": title, "address": feed_address(reference)}


@register.inclusion_tag("site/parts/follow.html", takes_context=True)
def follow(context: template.Context, reference: str) -> dict[str, object]:
    """A button by which somebody who is signed in follows an object or ends that; nothing for visitors."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return {"shown": False}
    return {
        "shown": True,
        "reference": reference,
        "follows": follows(request.user.pk, reference),
        "back": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def page_address(page: Any, number: int) -> str:
    """The address of one page of a list, for the part that links to them."""
    return str(page.address(number))
