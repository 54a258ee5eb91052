"""Addresses of the API and of its reference."""

from django.urls import path, re_path

from stoa.api.app import api, nothing_here
from stoa.api.reference import part, reference

urlpatterns = [
    path("docs", reference, name="api-reference"),
    path("docs/<slug:tag>", part, name="api-part"),
    path("v1/", api.urls),
    re_path(r"^v1/", nothing_here),
]
