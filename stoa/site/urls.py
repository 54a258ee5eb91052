"""Addresses of the site: home, setup, files by fixed names, and the way to a second factor."""

from allauth.mfa.totp.views import activate_totp
from allauth.mfa.webauthn.views import add_webauthn
from allauth.socialaccount.views import connections
from django.urls import path, re_path

from stoa.site.views import addresses, data, factor, files, home, members, search, setup

app_name = "site"
urlpatterns = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("people/me/data", data.own_data, name="own_data"),
    path("people/me/data/<str:kept>", data.fetch, name="own_copy"),
    path("setup", setup.index, name="setup"),
    path("setup/you", setup.you, name="setup_you"),
    path("setup/factor", setup.factor, name="setup_factor"),
    path("setup/address", setup.address, name="setup_address"),
    path("setup/mail", setup.mail, name="setup_mail"),
    path("setup/community", setup.describe, name="setup_community"),
    path("setup/look", setup.look, name="setup_look"),
    path("setup/privacy", setup.privacy, name="setup_privacy"),
    path("setup/conduct", setup.conduct, name="setup_conduct"),
    path("setup/contacts", setup.contacts, name="setup_contacts"),
    path("setup/founders", setup.founders, name="setup_founders"),
    path("setup/sponsor", setup.sponsor, name="setup_sponsor"),
    path("setup/members", members.members, name="setup_members"),
    path("factor", factor.second_factor, name="second_factor"),
    path("factor/onward", factor.onward, name="onward"),
    path("logo", files.logo, name="logo"),
    path("accent.css", files.accent, name="accent"),
    path("favicon.ico", files.icon),
    path("robots.txt", files.robots),
    path(".well-known/security.txt", files.security_txt),
    path(".well-known/change-password", files.change_password),
    path("account/email/", factor.own(addresses.Addresses.as_view())),
    path("account/2fa/totp/activate/", factor.own(activate_totp)),
    path("account/2fa/webauthn/add/", factor.own(add_webauthn)),
    path("account/3rdparty/", factor.own(connections)),
    re_path(r"^account/password/", files.no_passwords),
]
