"""Addresses of the record. Those for programs are fixed by docs/record.md."""

from django.urls import path, re_path

from stoa.record.views import machines

app_name = "record"
urlpatterns = [
    path("/checkpoint", machines.checkpoint, name="checkpoint"),
    path("/vkey", machines.vkey, name="vkey"),
    re_path(r"^/(?P<path>tile/.+)$", machines.tile, name="tile"),
    re_path(r"^/blob/(?P<sha256>[^/]+)$", machines.blob, name="blob"),
]
