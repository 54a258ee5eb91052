"""Addresses of the governance pages and of the policies."""

from django.urls import path

from stoa.ledger import views

app_name = "ledger"
urlpatterns = [
    path("governance", views.governance, name="governance"),
    path("governance/sponsor", views.sponsor, name="sponsor"),
    path("governance/charter", views.charter, name="charter"),
    path("governance/charter/<int:version>.toml", views.charter_text, name="charter_text"),
    path("security", views.security, name="security"),
    path("privacy", views.policy, {"kind": "privacy"}, name="privacy"),
    path("conduct", views.policy, {"kind": "conduct"}, name="conduct"),
    path("contact", views.contact, name="contact"),
]
