"""The address map, assembled from the apps."""

from django.urls import include, path

handler500 = "stoa.config.broken.broken"

urlpatterns = [
    path("", include("stoa.site.urls")),
    path("", include("stoa.people.urls")),
    path("record", include("stoa.record.urls")),
    path("", include("stoa.ledger.urls")),
    path("", include("stoa.members.urls")),
    path("", include("stoa.notices.urls")),
    path("", include("stoa.agenda.urls")),
    path("lab", include("stoa.lab.urls")),
    path("", include("stoa.ballots.urls")),
    path("", include("stoa.forum.urls")),
    path("", include("stoa.review.urls")),
    path("api/", include("stoa.api.urls")),
    path("account/", include("allauth.urls")),
]
