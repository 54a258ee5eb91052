"""Declares what the tables of libraries hold, in their stead: how people sign in is theirs, the rest keeps the program going."""

from __future__ import annotations

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)

from stoa.kit.secrecy import declares
from stoa.people.models import AN_ADDRESS, SIGNING_IN

OF_PEOPLE: tuple[type[models.Model], ...] = (
    Authenticator,
    EmailConfirmation,
    Session,
    SocialAccount,
    SocialToken,
)
OF_THE_PROGRAM: tuple[type[models.Model], ...] = (
    ContentType,
    Group,
    Group.permissions.through,
    Permission,
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
    SocialApp,
)


def declare() -> None:
    """To be called when all apps are loaded."""
    declares(rows=AN_ADDRESS)(EmailAddress)
    for model in OF_PEOPLE:
        declares(rows=SIGNING_IN)(model)
    for model in OF_THE_PROGRAM:
        declares(internal=" ".join(field.name for field in model._meta.local_concrete_fields))(model)
