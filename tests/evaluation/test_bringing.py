"""What a file of another program brings to a server: every number of it, in the server's bounds."""

from stoa.evaluation.formats.bringing import LONGEST_MEASURE, brought
from stoa.evaluation.formats.imported import Imported, Reported


def test_measures_are_grouped_by_task_and_none_is_lost_where_names_are_equal_or_long():
    long = "m" * 100
    measures = (
        Reported("a", "acc", 0.5, 0.1, 8, "higher"),
        Reported("b", "acc", 0.25),
        Reported("a", "acc", 0.75),
        Reported("a", long, 0.1),
        Reported("a", f"{long} other", 0.2),
    )
    body = brought(Imported("garak", "garak 1", "small", measures, 8, "0" * 64))
    assert (body["format"], body["source"]) == ("garak", f"sha256:{'0' * 64}")
    first, second = body["results"]
    assert (first["model_name"], first["suite"], second["suite"]) == ("small", "a", "b")
    assert first["measures"]["acc"] == {"value": 0.5, "error": 0.1, "samples": 8}
    assert first["measures"]["acc (2)"] == {"value": 0.75}
    assert sorted(one["value"] for one in first["measures"].values()) == [0.1, 0.2, 0.5, 0.75]
    assert max(map(len, first["measures"])) == LONGEST_MEASURE
