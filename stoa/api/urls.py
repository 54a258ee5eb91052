"""Addresses of the API and of its reference."""

from django.urls import path

from stoa.api.app import api
from stoa.api.reference import reference

urlpatterns = [
    path("docs", reference, name="api-reference"),
    path("v1/", api.urls),
]
