"""Domains of universities, as the operator loaded them: what organisations are suggested by."""

from __future__ import annotations

from django.db import models

from stoa.kit.secrecy import declares


@declares(public="domain name country academic stopped abused")
class KnownDomain(models.Model):
    """What lists say of a domain: see `stoa.methods.recognition.Listed`."""

    domain = models.CharField(max_length=253, primary_key=True)
    name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    academic = models.BooleanField(default=False)
    stopped = models.BooleanField(default=False)
    abused = models.BooleanField(default=False)
