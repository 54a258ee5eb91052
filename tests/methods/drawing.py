"""Small votes that hypothesis draws, in which ties and thresholds are common."""

from typing import Any

from hypothesis import strategies as st


@st.composite
def votes(draw: st.DrawFn) -> dict[str, Any]:
    """A small vote in which ties and thresholds are common."""
    options = [f"o{place}" for place in range(draw(st.integers(1, 7)))]
    costs = {option: draw(st.sampled_from([1, 2, 3, 4, 6, 12]) | st.integers(1, 40)) for option in options}
    ballots = draw(st.lists(st.lists(st.sampled_from(options), unique=True), max_size=9))
    capacity = draw(st.integers(1, 60) | st.integers(1, 6).map(lambda each: each * max(len(ballots), 1)))
    seed = draw(st.none() | st.binary(max_size=2))
    return {"ballots": ballots, "costs": costs, "capacity": capacity, "seed": seed}


utilities = st.sampled_from(["cost", "cardinality"])
