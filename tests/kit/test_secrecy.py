"""Every field of every model is declared: public, internal, or a secret of somebody."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from stoa.kit import secrecy
from stoa.kit.secrecy import Secret, declares, missing, secret_fields

WHO = Secret("who it was", "never")


@pytest.fixture(autouse=True)
def of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test declares is forgotten after it."""
    monkeypatch.setattr(secrecy, "_declared", dict(secrecy._declared))


def _model(name: str) -> type[models.Model]:
    meta = type("Meta", (), {"app_label": "tests", "apps": type(apps)()})
    columns = {"shown": models.TextField(), "kept": models.TextField()}
    return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **columns})


def test_every_field_of_every_model_is_declared() -> None:
    every = apps.get_models(include_auto_created=True)
    assert {model._meta.label: missing(model) for model in every if missing(model)} == {}


def test_a_field_that_is_not_declared_is_missing() -> None:
    model = _model("Undeclared")
    assert missing(model) == {"id", "shown", "kept"}
    declares(public="id shown")(model)
    assert missing(model) == {"kept"}


def test_rows_are_secret_with_every_field_that_is_not_named() -> None:
    model = declares(public="shown", rows=WHO)(_model("Rows"))
    assert missing(model) == set()
    assert {name for which, name, secret in secret_fields() if which is model} == {"id", "kept"}


@pytest.mark.parametrize("given", [{"public": "gone"}, {"public": "kept", "secret": {"kept": WHO}}])
def test_what_is_no_field_or_stands_twice_is_refused(given: dict) -> None:
    with pytest.raises(ValueError, match="no fields or stand twice"):
        declares(**given)(_model("Wrong"))
