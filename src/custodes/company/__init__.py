"""Room `company`: a made-up marketplace with known insiders, to try and to measure everything on."""

from custodes.company.build import make
from custodes.company.campaigns import ALL, Profile, Published, Scheme
from custodes.company.shape import REPORTING, SHAPES, TUNING, Shape
from custodes.company.simulated import Simulated, simulated
from custodes.company.simulation import Simulation
from custodes.company.size import DEFAULT_END, DEFAULT_SEED, SMALL, Plan, Size
from custodes.company.sized import sized
from custodes.company.story import CAMPAIGNS, PLAIN
from custodes.company.truth import Misplaced, Planted, Truth
from custodes.company.written import Written, write

CAMPAIGN_NAMES = tuple(ALL)

__all__ = [
    "CAMPAIGNS",
    "CAMPAIGN_NAMES",
    "DEFAULT_END",
    "DEFAULT_SEED",
    "PLAIN",
    "REPORTING",
    "SHAPES",
    "SMALL",
    "TUNING",
    "Misplaced",
    "Plan",
    "Planted",
    "Profile",
    "Published",
    "Scheme",
    "Shape",
    "Simulated",
    "Simulation",
    "Size",
    "Truth",
    "Written",
    "make",
    "simulated",
    "sized",
    "write",
]
