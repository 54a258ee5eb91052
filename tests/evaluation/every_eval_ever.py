"""What Every Eval Ever 0.3.0 demands of an aggregate file, in our own words: what must be there, and of which sort it must be.

The whole schema is published at github.com/evaleval/every_eval_ever (every_eval_ever/schemas/eval.schema.json, MIT), against
which the export was held by hand on 30 November 2026, commit 9bce413.
"""

from __future__ import annotations

from typing import Any

TEXT, NUMBER = {"type": "string"}, {"type": "number"}
TEXTS = {"type": "object", "additionalProperties": TEXT}
BOUND = {"anyOf": [NUMBER, {"type": "null"}, {"enum": ["Infinity", "-Infinity"]}]}


def _object(needed: dict[str, Any], more: dict[str, Any] | None = None, *, closed: bool = False) -> dict[str, Any]:
    properties = {**needed, **(more or {})}
    return {"type": "object", "required": list(needed), "properties": properties, "additionalProperties": not closed}


METRIC = _object(
    {"lower_is_better": {"type": "boolean"}},
    {
        "metric_id": TEXT,
        "metric_name": TEXT,
        "metric_unit": TEXT,
        "score_type": {"enum": ["binary", "continuous", "levels"]},
        "min_score": BOUND,
        "max_score": BOUND,
        "additional_details": TEXTS,
    },
) | {
    "if": {"properties": {"score_type": {"const": "continuous"}}, "required": ["score_type"]},
    "then": {"required": ["min_score", "max_score"]},
}
UNCERTAINTY = _object(
    {},
    {
        "standard_error": _object({"value": NUMBER}, {"method": TEXT}),
        "confidence_interval": _object({"lower": NUMBER, "upper": NUMBER}, {"confidence_level": NUMBER}),
        "num_samples": {"type": "integer"},
    },
)
SOURCE = _object(
    {"dataset_name": TEXT, "source_type": {"const": "url"}, "url": {"type": "array", "items": TEXT, "minItems": 1}}
)
RESULT = _object(
    {
        "evaluation_name": TEXT,
        "source_data": SOURCE,
        "metric_config": METRIC,
        "score_details": _object({"score": NUMBER}, {"details": TEXTS, "uncertainty": UNCERTAINTY}),
    },
    {"evaluation_result_id": TEXT},
)
PUBLISHED = _object(
    {
        "source_type": {"enum": ["documentation", "evaluation_run"]},
        "source_organization_name": TEXT,
        "evaluator_relationship": {"enum": ["first_party", "third_party", "collaborative", "other"]},
    },
    {"source_name": TEXT},
)
AGGREGATE = _object(
    {
        "schema_version": {"const": "0.3.0"},
        "evaluation_id": TEXT,
        "retrieved_timestamp": TEXT,
        "source_metadata": PUBLISHED,
        "eval_library": _object({"name": TEXT, "version": TEXT}),
        "model_info": _object({"name": TEXT, "id": TEXT}, {"additional_details": {"type": "object"}}),
        "evaluation_results": {"type": "array", "items": RESULT},
    },
    closed=True,
)
