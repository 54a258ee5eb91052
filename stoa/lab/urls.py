"""Addresses of the lab."""

from django.urls import path

from stoa.lab.views import (
    comparing,
    drafting,
    open_models,
    pictures,
    plans,
    registering,
    results,
    runs,
    studies,
    suites,
)

app_name = "lab"
urlpatterns = [
    path("", studies.lab, name="lab"),
    path("/models", open_models.index, name="models"),
    path("/models/new", registering.new_model, name="new_model"),
    path("/models/<int:number>", open_models.model, name="model"),
    path("/models/<int:number>/edit", registering.edit_model, name="edit_model"),
    path("/models/<int:number>/remove", registering.remove_model, name="remove_model"),
    path("/models/<int:number>/new", registering.new_version, name="new_version"),
    path("/models/<int:number>/<int:pk>", open_models.version, name="version"),
    path("/models/<int:number>/<int:pk>/edit", registering.edit_version, name="edit_version"),
    path("/models/<int:number>/<int:pk>/remove", registering.remove_version, name="remove_version"),
    path("/versions/<int:pk>", open_models.weights, name="weights"),
    path("/compare", comparing.comparison, name="compare"),
    path("/suites", suites.index, name="suites"),
    path("/suites/<slug:suite>", suites.suite, name="suite"),
    path("/studies", studies.index, name="studies"),
    path("/studies/new", drafting.begin, name="new_study"),
    path("/studies/drafts", drafting.index, name="drafts"),
    path("/studies/drafts/<str:draft>", drafting.draft, name="draft"),
    path("/studies/drafts/<str:draft>/authors", drafting.authors, name="draft_authors"),
    path("/studies/drafts/<str:draft>/<slug:step>", drafting.edit, name="edit_draft"),
    path("/studies/<int:number>", studies.study, name="study"),
    path("/studies/<int:number>/results-<int:place>.<slug:kind>", pictures.picture, name="picture"),
    path("/studies/<int:number>/plan", plans.plan, name="plan"),
    path("/studies/<int:number>/change", plans.change, name="change_plan"),
    path("/studies/<int:number>/end", plans.end, name="end_study"),
    path("/studies/<int:number>/runs", runs.index, name="runs"),
    path("/studies/<int:number>/runs/<int:run>", runs.run, name="run"),
    path("/studies/<int:number>/runs/<int:run>/log", runs.log, name="log"),
    path("/tasks", results.tasks, name="tasks"),
    path("/results", results.index, name="results"),
    path("/imported", results.imported, name="imported"),
    path("/start", studies.start, name="start"),
    path("/keys", runs.keys, name="keys"),
]
