"""The address map of the bare page that `bench/pages.py` measures beside ours."""

from django.urls import path

from bench.pages import bare

urlpatterns = [path("bare", bare)]
