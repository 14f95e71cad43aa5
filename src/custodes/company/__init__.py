"""Room `company`: a made-up marketplace with known insiders, to try and to measure everything on."""

from custodes.company.build import make
from custodes.company.size import DEFAULT_END, DEFAULT_SEED, SMALL, Size
from custodes.company.story import CAMPAIGNS, PLAIN
from custodes.company.truth import Misplaced, Planted, Truth

__all__ = [
    "CAMPAIGNS",
    "DEFAULT_END",
    "DEFAULT_SEED",
    "PLAIN",
    "SMALL",
    "Misplaced",
    "Planted",
    "Size",
    "Truth",
    "make",
]
