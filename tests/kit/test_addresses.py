"""Addresses are worked out once, and are those of Django."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import override_settings
from django.urls import NoReverseMatch, path, reverse

from stoa.kit.addresses import path_to


def nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("elsewhere/<str:slug>", nothing, name="here"), path("a&b", nothing, name="odd")]


def rendered(text: str, **context: Any) -> str:
    return Template(text).render(Context(context))


def test_an_address_is_the_one_of_its_route() -> None:
    assert path_to("agenda:round", "2027-on") == reverse("agenda:round", args=["2027-on"])
    with pytest.raises(NoReverseMatch):
        path_to("agenda:nowhere")


def test_another_map_of_addresses_has_its_own() -> None:
    with pytest.raises(NoReverseMatch):
        path_to("here", "a")
    with override_settings(ROOT_URLCONF=__name__):
        assert path_to("here", "a") == "/elsewhere/a"
    with pytest.raises(NoReverseMatch):
        path_to("here", "a")


def test_templates_say_addresses_as_with_django() -> None:
    assert rendered("{% url 'agenda:round' slug %}", slug="x") == "/agenda/x"
    assert rendered("{% url 'agenda:round' slug=slug %}", slug="x") == "/agenda/x"
    assert rendered("{% url 'nowhere' as found %}[{{ found }}]") == "[]"
    assert rendered("{% url 'agenda:round' 'x' as found %}[{{ found }}]") == "[/agenda/x]"
    with override_settings(ROOT_URLCONF=__name__):
        assert rendered("{% url 'odd' %}{% autoescape off %}{% url 'odd' %}{% endautoescape %}") == "/a&amp;b/a&b"
    with pytest.raises(NoReverseMatch):
        rendered("{% url 'nowhere' %}")
