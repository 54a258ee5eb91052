"""Pictures of decisions, opinions, results and the record: legible on a phone as they stand, whole as a file to take away."""

from stoa.kit.pictures.backing import Option, backing
from stoa.kit.pictures.estimates import Again, Finding, estimates
from stoa.kit.pictures.growth import growth
from stoa.kit.pictures.opinions import Crowd, Dots, opinions
from stoa.kit.pictures.picture import Picture
from stoa.kit.pictures.stances import Stance, stances

__all__ = [
    "Again",
    "Crowd",
    "Dots",
    "Finding",
    "Option",
    "Picture",
    "Stance",
    "backing",
    "estimates",
    "growth",
    "opinions",
    "stances",
]
