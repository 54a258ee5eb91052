"""The comparison: what counts, who holds a place, what differs, in few queries however much there is."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.formats import every_eval_ever
from stoa.evaluation.formats.imported import Imported
from stoa.kit import clock
from stoa.lab.models import ImportedResult, Result, RunMeasure, Study
from stoa.lab.queries.comparing import Wanted, compare
from stoa.methods.evaluation import difference
from stoa.methods.evaluation.sums import Sums
from tests.asked import asked
from tests.cast import Cast, browser
from tests.evaluation.every_eval_ever import AGGREGATE
from tests.lab import crowd, studying

pytestmark = pytest.mark.django_db
SUITE = next(suite for suite in SUITES.values() if suite.measures[0].unit == "share")
MEASURE = SUITE.measures[0]


def reported(cast: Cast, shares: dict[str, float], number: int = 1, **kwargs: int) -> list[Result]:
    """A model for each share, with a result in the state that its name begins with."""
    plan, chance = crowd.study(number), np.random.default_rng(number)
    versions = crowd.model_versions(len(shares)) if number == 1 else [r.version for r in Result.objects.all()]
    states = [state.split()[0] for state in shares]
    made = crowd.results(plan, cast.author, [(v, SUITE, s) for v, s in zip(versions, states, strict=True)])
    RunMeasure.objects.bulk_create(
        crowd.measured(one.claim, MEASURE, crowd.yes_or_no(chance, share, **kwargs))
        for one, share in zip(made, shares.values(), strict=True)
    )
    return made


def sums_of(result: Result) -> Sums:
    return Sums.of(result.claim.measures.get().sums)


def key(result: Result) -> tuple[int, str]:
    return result.version_id, f"{SUITE.name}@1:{MEASURE.name}"


def test_only_what_is_reproduced_holds_a_place(cast: Cast) -> None:
    made = reported(cast, {"reproduced a": 0.1, "reproduced b": 0.9, "claimed": 0.5, "disputed": 0.5, "undecided": 0.5})
    found = compare(Wanted())
    places = {one.state: found.cells[key(one)].places for one in made[2:]}
    assert places == {"claimed": None, "disputed": None, "undecided": None}
    held = [found.cells[key(one)].places for one in made[:2]]
    assert held == ([(1, 1), (2, 2)] if MEASURE.better == "lower" else [(2, 2), (1, 1)])


def test_places_are_those_among_all_whatever_is_shown_and_none_where_there_is_one(cast: Cast) -> None:
    made = reported(cast, {"reproduced a": 0.1, "reproduced b": 0.5, "reproduced c": 0.9})
    whole = compare(Wanted()).cells
    names = [one.version.model.name for one in made]
    for one, name in zip(made, names, strict=True):
        narrowed = compare(Wanted(words=name)).cells
        assert {cell: (found.places, found.ranked) for cell, found in narrowed.items()} == {
            key(one): (whole[key(one)].places, 3)
        }
    page = browser().get(f"/lab/compare?q={names[1]}").content.decode()
    assert "place 2 of 3" in page
    Result.objects.exclude(pk=made[1].pk).update(state="claimed")
    alone = compare(Wanted()).cells[key(made[1])]
    assert (alone.places, alone.ranked) == (None, 0)
    assert "reproduced, none to compare with" in browser().get("/lab/compare").content.decode()


def test_differences_are_those_of_the_pairs(cast: Cast) -> None:
    made = reported(cast, {"reproduced a": 0.3, "reproduced b": 0.35, "claimed": 0.8})
    found = compare(Wanted(against=made[0].version_id))
    assert found.cells[key(made[0])].difference is None
    for one in made[1:]:
        pair = difference(sums_of(one), sums_of(made[0]), bounded=True)
        value, low, high, significant = found.cells[key(one)].difference
        assert (value, low, high) == pytest.approx((pair.value, *pair.interval()))
        assert significant == (one.state == "claimed")


def test_runs_of_other_clusters_are_compared_unpaired(cast: Cast) -> None:
    made = reported(cast, {"reproduced a": 0.3, "reproduced b": 0.6})
    odd = made[1].claim.measures.get()
    odd.delete()
    crowd.measured(made[1].claim, MEASURE, crowd.yes_or_no(np.random.default_rng(9), 0.6, clusters=30)).save()
    found = compare(Wanted(against=made[0].version_id)).cells[key(made[1])]
    assert found.difference[:1] == pytest.approx((difference(sums_of(made[1]), sums_of(made[0])).value,))
    assert found.places is not None


def test_a_reproduced_result_counts_before_a_later_claim(cast: Cast) -> None:
    (first,) = reported(cast, {"reproduced": 0.3})
    (second,) = reported(cast, {"claimed": 0.9}, number=2)
    Result.objects.filter(pk=second.pk).update(settled=clock.now() + timedelta(days=1))
    found = compare(Wanted()).cells[key(first)]
    assert (found.state, found.study) == ("reproduced", 1)
    Result.objects.filter(pk=first.pk).update(state="claimed")
    assert compare(Wanted()).cells[key(first)].study == 2


def test_what_is_asked_for_narrows_what_is_compared(cast: Cast) -> None:
    made = reported(cast, {"reproduced": 0.3, "claimed": 0.4})
    assert {cell.state for cell in compare(Wanted(state="claimed")).cells.values()} == {"claimed"}
    assert not compare(Wanted(area="privacy" if SUITE.area != "privacy" else "safety")).cells
    assert not compare(Wanted(words="no such model")).cells
    one = compare(Wanted(words="model 0001", against=made[0].version_id))
    assert len(one.standings) == 2
    Study.objects.update(state="withdrawn", ended_at=clock.now())
    assert not compare(Wanted()).cells


def test_the_page_says_what_holds_and_what_does_not(cast: Cast) -> None:
    made = reported(cast, {"reproduced": 0.3, "claimed": 0.8, "reproduced b": 0.6})
    ImportedResult.objects.create(
        format="garak", source=crowd.digest("file"), model_name="<b>Elsewhere</b>", suite="probe", measures={}
    )
    page = browser().get(f"/lab/compare?to={made[0].version_id}").content.decode()
    assert "place 1 of 2" in page
    assert " points more (" in page
    assert "only claimed, no place" in page
    assert "&lt;b&gt;Elsewhere&lt;/b&gt;" in page
    assert "never ranked" in page
    assert ("worse" if MEASURE.better == "lower" else "better") in page


@pytest.mark.parametrize(
    "query", ["?to=999999999999999999999", "?to=x&area=y&suite=z&control=q", "?q=%00", "?page=9&sort=-nothing"]
)
def test_nonsense_is_left_aside(cast: Cast, query: str) -> None:
    reported(cast, {"reproduced": 0.3})
    assert browser().get(f"/lab/compare{query}").status_code == 200


def test_files_have_every_number(cast: Cast) -> None:
    made = reported(cast, {"reproduced a": 0.3, "claimed": 0.8, "reproduced b": 0.3})
    answer = browser().get("/lab/compare?as=json")
    rows = json.loads(b"".join(answer.streaming_content))
    assert [(row["state"], row["first_place"], row["ranked"]) for row in rows] == [
        ("reproduced", 1, 2),
        ("claimed", None, None),
        ("reproduced", 1, 2),
    ]
    assert rows[0]["error"] == made[0].claim.measures.get().error
    assert b"first_place" in b"".join(browser().get("/lab/compare?as=csv").streaming_content)


def test_every_eval_ever_has_a_file_for_each_model_and_suite_that_reads_in_again(cast: Cast, tmp_path: Path) -> None:
    made = reported(cast, {"reproduced": 0.3, "claimed": 0.8})
    answer = browser().get("/lab/compare?as=every-eval-ever")
    assert answer["Content-Type"] == "application/zip"
    found = exported(answer.content, tmp_path)
    assert [one.model for one in found] == [f"{one.version.model.name} {one.version.label}" for one in made]
    for one, result in zip(found, made, strict=True):
        (measure,) = one.measures
        known = result.claim.measures.get()
        assert (measure.task, measure.name, measure.better) == (SUITE.name, MEASURE.name, MEASURE.better)
        assert (measure.value, measure.error, measure.samples) == (known.value, known.error, known.samples)


def test_a_study_goes_out_as_every_eval_ever(cast: Cast, tmp_path: Path) -> None:
    study = studying.registered(cast.member)
    assert exported(browser().get(f"{study.get_absolute_url()}/every-eval-ever.zip").content, tmp_path) == []
    studying.claimed(study, cast.member)
    address = f"{study.get_absolute_url()}/every-eval-ever.zip"
    assert address in browser().get(study.get_absolute_url()).content.decode()
    (found,) = exported(browser().get(address).content, tmp_path)
    assert (found.model, [(one.name, one.value) for one in found.measures]) == (
        "SmolLM2-135M-Instruct Q4_1",
        [("right", 0.5)],
    )
    whole = json.loads(next(tmp_path.glob("*.json")).read_text())
    assert whole["evaluation_results"][0]["score_details"]["details"]["state"] == "claimed"


def exported(body: bytes, folder: Path) -> list[Imported]:
    """What the files of an export say to who reads them in, in the order of their names."""
    with zipfile.ZipFile(io.BytesIO(body)) as given:
        given.extractall(folder)
        files = [json.loads(given.read(name)) for name in sorted(given.namelist())]
    for file in files:
        jsonschema.validate(file, AGGREGATE)
    return [every_eval_ever.read(file, "") for file in files]


def test_more_models_cost_no_more_queries(cast: Cast) -> None:
    reported(cast, {"reproduced": 0.3})
    few = asked(browser(cast.member), "/lab/compare")[0]
    reported_more = crowd.model_versions(30)
    made = crowd.results(crowd.study(5), cast.author, [(version, SUITE, "reproduced") for version in reported_more])
    chance = np.random.default_rng(1)
    RunMeasure.objects.bulk_create(crowd.measured(one.claim, MEASURE, crowd.yes_or_no(chance, 0.5)) for one in made)
    assert asked(browser(cast.member), "/lab/compare")[0] == few <= 12
