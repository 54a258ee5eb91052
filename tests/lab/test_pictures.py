"""The study's picture: a point for each result, a ring for each independent reproduction, and both as files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stoa.evaluation.catalogue import SUITES
from stoa.kit.act import CLOCK
from stoa.lab import acts
from stoa.lab.models import Result, RunMeasure
from stoa.methods.evaluation import difference, gather
from stoa.methods.evaluation.sums import Sums
from tests.cast import Cast, browser
from tests.lab import crowd, studying

pytestmark = pytest.mark.django_db
RIGHT = SUITES[studying.SUITE].measures[:1]


def test_a_study_without_results_has_no_picture(cast: Cast) -> None:
    study = studying.registered(cast.member)
    assert "estimates" not in browser().get(study.get_absolute_url()).content.decode().replace("results.css", "")
    assert browser().get(f"{study.get_absolute_url()}/results-1.svg").status_code == 404


def test_a_claim_is_a_point_and_a_reproduction_a_ring(cast: Cast) -> None:
    study = studying.registered(cast.member)
    claim = studying.claimed(study, cast.member)
    page = browser().get(study.get_absolute_url()).content.decode()
    assert "1 result: none reproduced, 1 only claimed." in page
    assert page.count('class="ring"') == 1  # that of the key
    studying.reproduced(claim, cast.author)
    page = browser().get(study.get_absolute_url()).content.decode()
    assert "1 result: 1 reproduced." in page
    assert page.count('class="ring"') == 2
    assert cast.author.shown_name in page


def test_pictures_can_be_taken_away(cast: Cast) -> None:
    study = studying.registered(cast.member)
    studying.reproduced(studying.claimed(study, cast.member), cast.author)
    svg = browser().get(f"{study.get_absolute_url()}/results-1.svg")
    assert svg["Content-Type"] == "image/svg+xml"
    assert b"What was found" in svg.content
    lines = browser().get(f"{study.get_absolute_url()}/results-1.csv").content.decode().splitlines()
    assert len(lines) == 3
    assert lines[2].endswith(",,reproduced")
    for address in ("results-2.svg", "results-0.svg", "results-1.png"):
        assert browser().get(f"{study.get_absolute_url()}/{address}").status_code == 404


def test_what_a_checked_run_keeps_is_what_is_compared(cast: Cast) -> None:
    """The acts pack what the comparison reads."""
    study = studying.registered(cast.member)
    first = studying.claimed(study, cast.member, right=30)
    studying.reproduced(first, cast.author, right=33)
    one, other = RunMeasure.objects.order_by("pk")
    assert one.sample_set == other.sample_set != ""
    assert len(bytes(one.totals)) == 8 * (studying.CLUSTERS + 1)
    scores = [gather([float(n < right) for n in range(studying.CLUSTERS)]) for right in (33, 30)]
    found = Result.objects.get().compared[str(other.run.number)][studying.MEASURE]
    assert found["difference"] == pytest.approx(difference(*scores, bounded=True).value)
    assert Sums.of(one.sums).mean == pytest.approx(0.5)
    page = browser().get("/lab/compare").content.decode()
    assert "reproduced, none to compare with" in page
    assert "50 %" in page


def test_a_suite_that_does_not_decide_shows_the_measure_that_it_reports_first(cast: Cast) -> None:
    other = "stoa/over_refusal"
    suites = [(studying.SUITE, studying.CLUSTERS), (other, 60)]
    study = studying.registered(cast.member, primary_suite=other, primary_measure="refused", suites=suites)
    run = studying.submitted(studying.begun(study, cast.member), cast.member)
    acts.take_up(CLOCK, run=run)
    said = studying.verdict(30)
    both = {"facts": replace(said.measures[studying.MEASURE], value=0.25), **said.measures}
    acts.keep_verdict(CLOCK, run=run, verdict=replace(said, measures=both))
    page = browser().get(study.get_absolute_url()).content.decode()
    picture = page[page.index("What was found") : page.index("<h2>Results</h2>")]
    assert "Small checks: Right" in picture
    assert "Facts right" not in picture


def test_of_many_results_a_page_shows_some_and_leads_to_the_others(cast: Cast) -> None:
    plan = crowd.study(3)
    plan.plan |= {"models": [], "suites": []}
    plan.save()
    cells = [(one, SUITES[studying.SUITE], "claimed") for one in crowd.model_versions(62)]
    made = crowd.results(plan, cast.member, cells, suite_version="2")
    chance = np.random.default_rng(1)
    rows = [crowd.measured(one.claim, measure, crowd.yes_or_no(chance, 0.5)) for one in made for measure in RIGHT]
    RunMeasure.objects.bulk_create(rows)
    page = browser(cast.author).get("/lab/studies/3").content.decode()
    assert page.count('class="result"') == 60
    assert "2 more are not shown here." in page
    assert "The first 60 results: none reproduced, 60 only claimed." in page
    listed = browser().get("/lab/results", {"study": "3"}).content.decode()
    assert "of 62" in listed
    for nothing in ("4", "x", "9" * 30):
        assert "Nothing matches." in browser().get("/lab/results", {"study": nothing}).content.decode()
