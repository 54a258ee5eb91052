"""Addresses of the record. Those for programs are fixed by docs/record.md."""

from django.urls import path, re_path

from stoa.record.views import feeds, machines, pages

app_name = "record"
urlpatterns = [
    path("", pages.record, name="record"),
    path("/feed", feeds.feed, name="feed"),
    path("/growth.svg", pages.growth_svg, name="growth_svg"),
    path("/growth.csv", pages.growth_csv, name="growth_csv"),
    path("/entry/<int:position>", pages.entry, name="entry"),
    path("/entry/<int:position>/raw", pages.entry_raw, name="entry_raw"),
    path("/entry/<int:position>/proof", pages.entry_proof, name="entry_proof"),
    path("/checkpoint", machines.checkpoint, name="checkpoint"),
    path("/vkey", machines.vkey, name="vkey"),
    re_path(r"^/(?P<path>tile/.+)$", machines.tile, name="tile"),
    re_path(r"^/blob/(?P<sha256>[^/]+)$", machines.blob, name="blob"),
]
