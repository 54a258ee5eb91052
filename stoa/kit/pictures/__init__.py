"""Pictures of decisions and of the record: legible on a phone as they stand, whole as a file to take away."""

from stoa.kit.pictures.backing import Option, backing
from stoa.kit.pictures.growth import growth
from stoa.kit.pictures.picture import Picture

__all__ = ["Option", "Picture", "backing", "growth"]
