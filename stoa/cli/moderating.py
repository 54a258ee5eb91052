"""`stoa moderate`: the cases that nobody in the community may decide; what the operator decides says so on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape

from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.kit.faults import Invalid

if TYPE_CHECKING:
    from stoa.forum.models import Case

moderate = typer.Typer(
    name="moderate", help="Cases that nobody in the community may decide, by the operator.", no_args_is_help=True
)

CaseId = Annotated[str, typer.Argument(metavar="CASE", show_default=False, help="Its id, from `stoa moderate list`.")]
End = Literal["leave", "release", "remove", "dismiss", "uphold", "reverse", "stays"]


@moderate.command("list")
def list_cases(*, data: Data = None, as_json: AsJson = False) -> None:
    """List the cases that wait for the operator: stewards, founders and scrutineers decide all others."""
    with opened(settings(data=data)):
        from stoa.forum.queries.moderation import cases_for_operator

        rows = [_row(case) for case in cases_for_operator()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        out.print(f"{row['case']}  {row['asks']}: {row['about']}, since {row['since']}")
    out.print(f"{len(rows):,} wait for you.")


@moderate.command("read")
def read(case: CaseId, *, data: Data = None, as_json: AsJson = False) -> None:
    """Show what a case is about and who reported it; each of them can see that the operator looked."""
    with opened(settings(data=data)):
        from stoa.forum import acts
        from stoa.kit.act import OPERATOR

        found = acts.read_reports(OPERATOR, case=_case(case))
        reports = [
            {"reporter": report.reporter_id, "reason": report.reason, "words": report.words}
            for report in found.reports.all()
        ]
        shown = _row(found) | {"text": found.text, "reports": reports}
    if as_json:
        print_json(shown)
        return
    out.print(f"{shown['asks']}: {shown['about']}")
    out.print(escape(shown["text"]))
    for report in reports:
        out.print(escape(f"{report['reporter']}, {report['reason']}: {report['words']}"))


@moderate.command("decide")
def decide(
    case: CaseId,
    end: Annotated[End, typer.Argument(show_default=False, help="What becomes of it; `read` says what it asks for.")],
    *,
    reason: Annotated[str, typer.Option(help="A code such as spam: for remove and uphold.")] = "",
    words: Annotated[str, typer.Option(help="To the author, or to those who reported.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Decide a case that nobody in the community may decide."""
    with opened(settings(data=data)):
        from stoa.forum.acts import by_end
        from stoa.kit.act import OPERATOR

        found = by_end(OPERATOR, _case(case), end, reason=reason, words=words)
        row = {"case": found.pk, "outcome": found.outcome, "restored": found.restored is not None}
    if as_json:
        print_json(row)
    else:
        out.print(f"Decided: {row['outcome']}{', and put back' if row['restored'] else ''}.")


def _case(case_id: str) -> Case:
    from stoa.forum.queries.moderation import cases_for_operator

    found = next((case for case in cases_for_operator() if case.pk == case_id), None)
    if found is None:
        raise Invalid("No case of this id waits for you.", remedy="`stoa moderate list` shows those that do.")
    return found


def _row(case: Case) -> dict[str, Any]:
    from stoa.forum.queries.moderation import Matter
    from stoa.kit.instants import machine

    matter = Matter(case, None, case.apart)
    return {"case": case.pk, "asks": matter.asks, "about": case.subject, "since": machine(matter.since)}
