"""The forgeries of a log's content, one function each: `tests/evaluation/test_forgeries.py` tries them on true logs."""

from tests.evaluation.forgeries import of_answers, of_runs, of_scores, of_times

__all__ = ["of_answers", "of_runs", "of_scores", "of_times"]
