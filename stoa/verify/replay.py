"""Equal shares once more, by another road than the server's: the whole rule, from opened ballots to the agenda.

The rule (docs/equal-shares.md; Peters, Pierczyński and Skowron 2021): everyone begins with the same money. Again and
again the option is bought that costs its supporters least for each unit of utility, where each pays the same or, having
less, all they have. Ties go to the smaller SHA-256(seed ‖ option id). What is left over is completed by raising
everyone's share in steps, and then by approvals.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from stoa.verify.market import Contest, Market, Round

MOST_RAISES = 10_000


@dataclass(frozen=True)
class Run:
    """One count in which everyone began with `share`. It ended early where what it bought cost more than the capacity."""

    share: Fraction
    rounds: list[Round]
    cost: int
    market: "Market"

    @property
    def bought(self) -> list[int]:
        """The options bought, in order."""
        return [one.option for one in self.rounds]


@dataclass(frozen=True)
class Count:
    """The whole of a count: the run with the true share, the run that decides, and what was added by approvals.

    `raises` is how often the share was raised for the deciding run, `beyond` the run that overspent after one more,
    `ended` why the raising ended (empty where there was to be none).
    """

    base: Run
    final: Run
    raises: int
    beyond: Run | None
    ended: str
    added: list[int]

    @property
    def phases(self) -> list[tuple[int, str]]:
        """The options chosen, in order, each with the phase that chose it."""
        base = set(self.base.bought)
        bought = [(option, "mes" if option in base else "add1") for option in self.final.bought]
        return bought + [(option, "utilitarian") for option in self.added]


def run(contest: Contest, share: Fraction) -> Run:
    """Buy until nothing can be paid any more, or until what was bought costs more than the capacity."""
    market = Market(contest, share)
    rounds: list[Round] = []
    cost = 0
    while cost <= contest.capacity and (bought := market.buy()):
        rounds.append(bought)
        cost += contest.costs[bought.option]
    return Run(share, rounds, cost, market)


def count(contest: Contest, completion: str) -> Count:
    """The whole rule: equal shares, then with `add1u` the raised shares and what approvals add."""
    base = run(contest, contest.share)
    if completion == "none":
        return Count(base, base, 0, None, "", [])
    final, raises, beyond, ended = _raised(contest, base)
    return Count(base, final, raises, beyond, ended, most_approved(contest, final.bought))


def most_approved(contest: Contest, chosen: list[int]) -> list[int]:
    """What goes beside the chosen: most approvals first, passing over what no longer fits."""
    room = contest.capacity - contest.cost(chosen)
    added = []
    for option in sorted(contest.backed, key=lambda option: (-len(contest.supporters[option]), option)):
        if option not in chosen and contest.costs[option] <= room:
            added.append(option)
            room -= contest.costs[option]
    return added


def _raised(contest: Contest, base: Run) -> tuple[Run, int, Run | None, str]:
    """Raise the share step by step: the deciding run, how often it was raised, the run beyond it, and why it ended."""
    if contest.cost(contest.backed) <= contest.capacity:
        return base, 0, None, "all-fit"
    current, raises = base, 0
    while _has_room(contest, current):
        if raises == MOST_RAISES or not contest.step:
            return current, raises, None, "limit"
        following = min(MOST_RAISES, max(raises + 1, _raises_until_reach(contest, current)))
        trial = run(contest, contest.share + following * contest.step)
        if trial.cost > contest.capacity:
            skipped = following > raises + 1
            last = run(contest, contest.share + (following - 1) * contest.step) if skipped else current
            return last, following - 1, trial, "overspends"
        current, raises = trial, following
    return current, raises, None, "nothing-fits"


def _has_room(contest: Contest, current: Run) -> bool:
    room, bought = contest.capacity - current.cost, set(current.bought)
    return any(contest.costs[option] <= room for option in contest.backed if option not in bought)


def _raises_until_reach(contest: Contest, current: Run) -> int:
    """After how many raises all money of its supporters could first pay an option that was not bought.

    Before that, a run can buy only what this one bought, so it neither overspends nor leaves less room.
    """
    bought = set(current.bought)
    shares = [Fraction(contest.costs[o], len(contest.supporters[o])) for o in contest.backed if o not in bought]
    return ceil((min(shares) - contest.share) / contest.step)
