"""The address map, assembled from the apps."""

from django.urls import include, path

urlpatterns = [
    path("", include("stoa.people.urls")),
    path("record", include("stoa.record.urls")),
    path("agenda/", include("stoa.agenda.urls")),
    path("account/", include("allauth.urls")),
]
