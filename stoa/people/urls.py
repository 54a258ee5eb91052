"""Addresses of people, of one's own pages, and of links that come by mail."""

from django.urls import path

from stoa.people import views_access
from stoa.people.views import directory, me, staff

app_name = "people"
urlpatterns = [
    path("in/<str:token>", views_access.link, name="link"),
    path("mail/<str:token>", views_access.unsubscribe, name="unsubscribe"),
    path("mail/<str:token>/digest", views_access.no_digest, name="no_digest"),
    path("people", directory.directory, name="directory"),
    path("people/admit", staff.admit, name="admit"),
    path("people/me", me.profile, name="me"),
    path("people/me/following", me.following, name="my_following"),
    path("people/me/following/change", me.follow, name="follow"),
    path("people/me/away", me.away, name="away"),
    path("people/me/ties", me.ties, name="my_ties"),
    path("people/me/ties/<int:pk>/end", me.end_tie, name="end_tie"),
    path("people/me/keys", me.keys, name="my_keys"),
    path("people/me/keys/<slug:pk>/revoke", me.revoke_key, name="revoke_key"),
    path("people/me/looks", me.looks, name="my_looks"),
    path("people/me/leave", me.erase, name="erase"),
    path("people/organisations/add", staff.add_organisation, name="add_organisation"),
    path("people/organisations/<int:pk>", directory.organisation, name="organisation"),
    path("people/<str:person_id>", directory.person, name="person"),
    path("people/<str:person_id>/roles/give", staff.give_role, name="give_role"),
    path("people/<str:person_id>/roles/end", staff.end_role, name="end_role"),
    path("people/<str:person_id>/address", staff.see_address, name="see_address"),
]
