"""What a result's certificate must say, from our own count: every payment, what was left over, and the audit."""

from collections.abc import Collection
from fractions import Fraction
from typing import Any

from stoa.verify import strict
from stoa.verify.faults import Broken
from stoa.verify.market import Contest
from stoa.verify.replay import Count, Run
from stoa.verify.shown import counted, shown


def certificate_of(contest: Contest, count: Count, listed: list[str], rules: dict[str, Any]) -> dict[str, Any]:
    """The certificate in the form of docs/equal-shares.md; `listed` are the options in the order of the vote.

    `rules` is what the certificate repeats of the rules: method, utility, completion, seed.
    """
    place = {option: number for number, option in enumerate(listed)}
    in_listing = sorted(range(len(listed)), key=lambda option: place[contest.ids[option]])
    base, chosen = set(count.base.bought), [option for option, _ in count.phases]
    raising = {"step": str(contest.step), "raises": count.raises, "ended": count.ended}
    return {
        **rules,
        "unit": "1",
        "voters": contest.voters,
        "base": _run(contest, count.base),
        "raising": raising if count.ended else None,
        "final": _run(contest, count.final) if count.raises else None,
        "beyond": _run(contest, count.beyond) if count.beyond else None,
        "utilitarian": [contest.ids[option] for option in count.added],
        "left": {contest.ids[o]: int(count.base.market.pockets.left(o)) for o in in_listing if o not in base},
        "audit": {
            "base": _denied(contest, base, in_listing),
            "outcome": _denied(contest, set(chosen), in_listing),
        },
    }


def _run(contest: Contest, run: Run) -> dict[str, Any]:
    rounds = [{"id": contest.ids[one.option], "full": one.full, "payment": _decimal(one.payment)} for one in run.rounds]
    return {"share": str(run.share), "cost": run.cost, "rounds": rounds}


def _decimal(amount: Fraction) -> str:
    """An amount with twelve decimals, rounded down, without zeros at its end."""
    digits = f"{int(amount * 10**12):013d}"
    return f"{digits[:-12]}.{digits[-12:]}".rstrip("0").rstrip(".")


def _denied(contest: Contest, chosen: Collection[int], in_listing: list[int]) -> list[dict[str, Any]]:
    """The options left out that some group of supporters could have had from its own part of the capacity.

    A group of t is denied an option p where each of its members i has (u_i + u_p)·c_p·n <= t·capacity·u_p: the t
    supporters who have least are the group to look at. Of each option the largest such group.
    """
    enjoyed = [0] * contest.voters
    for option in chosen:
        for voter in contest.supporters[option]:
            enjoyed[voter] += contest.utilities[option]
    rows = []
    for option in in_listing:
        size = 0 if option in chosen else _largest_group(contest, option, enjoyed)
        if size:
            rows.append({"id": contest.ids[option], "supporters": size})
    return rows


def _largest_group(contest: Contest, option: int, enjoyed: list[int]) -> int:
    cost, utility = contest.costs[option], contest.utilities[option]
    ordered = sorted(enjoyed[voter] for voter in contest.supporters[option])
    deserved = (
        size
        for size, least in enumerate(ordered, start=1)
        if (least + utility) * cost * contest.voters <= size * contest.capacity * utility
    )
    return max(deserved, default=0)


def check_certificate(stated: Any, ours: dict[str, Any]) -> str:
    """Hold the certificate that was published to the one that follows from the opened ballots."""
    if not isinstance(stated, dict):
        raise Broken("The result has no certificate.")
    for part in sorted(stated.keys() ^ ours.keys()):
        raise Broken(f"Certificate: “{shown(part)}” is {'not known' if part in stated else 'missing'}.")
    for part, right in ours.items():
        if strict.spell(stated[part]) != strict.spell(right):
            raise Broken(
                f"Certificate: “{part}” is not what follows from the opened ballots{_where(stated[part], right)}."
            )
    denied = ours["audit"]["outcome"]
    audit = (
        f"{counted(len(denied), 'option')} left out against a group's share" if denied else "nobody's share passed over"
    )
    rounds = sum(len(run["rounds"]) for run in (ours["base"], ours["final"]) if run)
    return f"{counted(rounds, 'purchase')} recomputed with what each supporter paid; audit: {audit}."


def _where(stated: Any, right: Any) -> str:
    """Where the two first differ, as far as it can be told shortly."""
    if isinstance(stated, dict) and isinstance(right, dict):
        key = next((key for key in right if stated.get(key) != right[key]), None)
        return f", in “{shown(key)}”{_where(stated.get(key), right[key])}" if key is not None else ""
    if isinstance(stated, list) and isinstance(right, list):
        pairs = enumerate(zip(stated, right, strict=False))
        place = next((place for place, (one, other) in pairs if one != other), min(len(stated), len(right)))
        inner = _where(stated[place], right[place]) if place < min(len(stated), len(right)) else ""
        return f", at number {place + 1}{inner}"
    return f": {shown(stated)} instead of {shown(right)}"
