"""Forgeries of a log: scores, the numbers made of them, and the lists beside the samples."""

import copy
import random

from tests.evaluation.forging import Pieces, flipped, forgery, mended, scores_of

# Scores and what is made of them


@forgery("score.edited")
def one_score_flipped(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = chance.choice(log.samples)
    [score] = sample["scores"].values()
    score["value"] = flipped(score["value"])


@forgery("score.differs")
def one_score_flipped_everywhere(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for score in scores_of(chance.choice(log.samples)):
        score["value"] = flipped(score["value"])
    mended(log)


@forgery("score.differs")
def all_scores_flipped_everywhere(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        for score in scores_of(sample):
            score["value"] = flipped(score["value"])
    mended(log)


@forgery("score.differs")
def score_a_little_higher(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for score in scores_of(log.samples[0]):
        score["value"] = {key: value + 1e-4 for key, value in score["value"].items()}
    mended(log)


@forgery("score.nan", "score.differs")
def score_made_no_number(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples[:3]:
        for score in scores_of(sample):
            score["value"] = dict.fromkeys(score["value"], float("nan"))
    mended(log)


@forgery("score.nan")
def score_made_endless(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for score in scores_of(log.samples[1]):
        score["value"] = dict.fromkeys(score["value"], float("inf"))


@forgery("score.missing")
def score_taken_out(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = chance.choice(log.samples)
    sample["scores"] = {}
    sample["events"] = [event for event in sample["events"] if event["event"] != "score"]


@forgery("score.edited")
def score_with_a_history(log: Pieces, other: Pieces, chance: random.Random) -> None:
    [score] = log.samples[0]["scores"].values()
    score["history"] = [{"value": flipped(score["value"])}]


@forgery("metric.differs")
def mean_rounded_up(log: Pieces, other: Pieces, chance: random.Random) -> None:
    mean = log.header["results"]["scores"][0]["metrics"]["mean"]
    mean["value"] = round(mean["value"] + 0.005, 2)


@forgery("metric.differs")
def error_halved(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["results"]["scores"][0]["metrics"]["stderr"]["value"] /= 2


@forgery("metric.missing")
def measure_left_out(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["results"]["scores"].pop()


@forgery("counts.differ")
def more_samples_counted(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["results"]["total_samples"] += 1


@forgery("counts.differ")
def fewer_scored_counted(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["results"]["scores"][0]["scored_samples"] = 1


@forgery("reduction.differs")
def reduction_flipped(log: Pieces, other: Pieces, chance: random.Random) -> None:
    row = log.reductions[0]["samples"][0]
    row["value"] = flipped(row["value"])


# Lists beside the samples


@forgery("summary.differs", "reduction.differs")
def list_of_samples_flipped(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for row in log.summary(log.samples[0]) or log.reductions[0]["samples"][:1]:
        for score in row["scores"].values() if "scores" in row else [row]:
            score["value"] = flipped(score["value"])


@forgery("metric.differs")
def measure_that_nobody_measured(log: Pieces, other: Pieces, chance: random.Random) -> None:
    made = copy.deepcopy(log.header["results"]["scores"][0])
    made["name"] = "harmless"
    made["metrics"]["mean"]["value"] = 0.99
    log.header["results"]["scores"].append(made)


@forgery("metric.differs")
def mean_that_is_called_another_number(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for score in log.header["results"]["scores"]:
        score["metrics"]["mean"] = score["metrics"]["mean"] | {
            "name": "stderr",
            "params": {"cluster": "cluster"},
            "value": score["metrics"]["stderr"]["value"],
        }
