"""Every Eval Ever, schema 0.3.0 (github.com/evaleval/every_eval_ever), read in and written out."""

from collections.abc import Mapping, Sequence
from typing import Any

from stoa.evaluation.formats.imported import BadImport, Imported, Reported, count, mapping, mappings, number, text

VERSION = "0.3.0"


def read(found: Mapping[str, Any], sha256: str) -> Imported:
    """An aggregate file. Raises `BadImport` where a result has no score."""
    library, model = mapping(found.get("eval_library")), mapping(found.get("model_info"))
    measures = tuple(_reported(one) for one in mappings(found.get("evaluation_results")))
    if not measures:
        raise BadImport("The file has no results.")
    made_by = f"{text(library.get('name'))} {text(library.get('version'), '')}".strip()
    rows = count(mapping(found.get("detailed_evaluation_results")).get("total_rows"))
    return Imported("every-eval-ever", made_by, text(model.get("id") or model.get("name")), measures, rows or 0, sha256)


def _reported(one: Mapping[str, Any]) -> Reported:
    details, metric = mapping(one.get("score_details")), mapping(one.get("metric_config"))
    value = number(details.get("score"))
    if value is None:
        raise BadImport(f"The result of {text(one.get('evaluation_name'))} has no score.")
    doubt = mapping(details.get("uncertainty"))
    name = metric.get("metric_name") or metric.get("metric_id") or metric.get("evaluation_description") or "score"
    return Reported(
        task=text(one.get("evaluation_name")),
        name=text(name),
        value=value,
        error=number(mapping(doubt.get("standard_error")).get("value")),
        samples=count(doubt.get("num_samples")),
        better={True: "lower", False: "higher"}.get(metric.get("lower_is_better")),  # type: ignore[arg-type]
    )


def written(
    rows: Sequence[Mapping[str, Any]], *, source: str, organisation: str, retrieved: int
) -> list[dict[str, Any]]:
    """One aggregate for each model and suite of our results.

    Rows have `model`, `model_digest`, `suite`, `suite_version`, `suite_source`, `measure`, `unit`, `better`, `value`, `error`,
    `low`, `high`, `samples`, `state` (claimed, reproduced, disputed), `page`; `retrieved` is seconds since 1970, `source` who
    publishes.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["model"], row["suite"]), []).append(row)
    return [_aggregate(group, source, organisation, retrieved) for group in groups.values()]


def _aggregate(rows: Sequence[Mapping[str, Any]], source: str, organisation: str, retrieved: int) -> dict[str, Any]:
    first = rows[0]
    return {
        "schema_version": VERSION,
        "evaluation_id": f"{first['suite']}/{first['model']}/{retrieved}",
        "retrieved_timestamp": str(retrieved),
        "source_metadata": {
            "source_name": source,
            "source_type": "evaluation_run",
            "source_organization_name": organisation,
            "evaluator_relationship": "third_party",
        },
        "eval_library": {"name": "inspect_ai", "version": "unknown"},
        "model_info": {
            "name": first["model"],
            "id": first["model"],
            "additional_details": {
                "deployment_type": "self_deployed",
                "model_availability": "open_weights",
                "weights_digest": str(first["model_digest"]),
            },
        },
        "evaluation_results": [_result(row) for row in rows],
    }


def _result(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "evaluation_result_id": f"{row['suite']}/{row['measure']}",
        "evaluation_name": row["suite"],
        "source_data": {"dataset_name": row["suite"], "source_type": "url", "url": [row["suite_source"]]},
        "metric_config": {
            "metric_id": row["measure"],
            "metric_name": row["measure"],
            "lower_is_better": row["better"] == "lower",
            "score_type": "continuous",
            **_scale(row["unit"]),
            "additional_details": {"suite_version": str(row["suite_version"])},
        },
        "score_details": {
            "score": row["value"],
            "details": {"state": row["state"], "page": row["page"]},
            "uncertainty": {
                "standard_error": {"value": row["error"], "method": "clustered"},
                "confidence_interval": {"lower": row["low"], "upper": row["high"], "confidence_level": 0.95},
                "num_samples": row["samples"],
            },
        },
    }


def _scale(unit: str) -> dict[str, Any]:
    """Unit and bounds of a measure; what is counted in bits says no bounds, since they are those of the candidates."""
    if unit == "bits":
        return {"metric_unit": "bits", "min_score": None, "max_score": None}
    return {"metric_unit": "proportion", "min_score": 0, "max_score": 1}
