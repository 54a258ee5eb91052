"""Addresses of votes."""

from django.urls import path

from stoa.ballots import views

app_name = "ballots"
urlpatterns = [
    path("votes/<int:pk>", views.check, name="check"),
    path("votes/<int:pk>/receipt", views.receipt, name="receipt"),
    path("votes/<int:pk>/receipt.txt", views.receipt_file, name="receipt_file"),
    path("votes/<int:pk>/voters", views.voters, name="voters"),
    path("votes/<int:pk>/voted", views.voted, name="voted"),
    path("votes/<int:pk>/ballots", views.opened, name="opened"),
    path("votes/<int:pk>/scrutiny", views.scrutiny, name="scrutiny"),
    path("votes/<int:pk>/private-ballots", views.fetch_bundle, name="fetch_bundle"),
    path("votes/<int:pk>/proof/<slug:commitment>", views.proof, name="proof"),
]
