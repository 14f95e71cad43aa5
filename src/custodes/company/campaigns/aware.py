"""What does somebody take who has read every published threshold, and stays under it?

It is told the parameters of the published detections as data; it knows nothing else of how wrong-doing is found.
"""

from __future__ import annotations

import numpy as np

from custodes.company.campaigns.stage import Deed, Published, Stage
from custodes.company.touches import CODE, Touches

# What is taken, under which published detection's `floor`, and what people would guess where none is published.
_TAKES = (
    ("view", ("bulk_reading", "snooping_without_case"), 20),
    ("login_as", ("login_as_burst",), 5),
    ("edit_email", ("contact_takeover",), 10),
)


def threshold_dodger(stage: Stage) -> Deed:
    """Day after day a little less than what would be noticed: of customers read, entered, and changed."""
    rng, world = stage.rng, stage.world
    ordinary = world.customers.ids[stage.ordinary()]
    parts = []
    for person in stage.hire(stage.agents("support"), stage.crowd(1)):
        days = stage.days(person, 0.4, 0.92)
        for operation, detections, guess in _TAKES:
            floor = _floor(stage.published, detections, guess)
            a_day = max(1, int((floor - 1) * (0.4 if stage.hard else 0.9) * min(stage.profile.intensity, 1.0)))
            weekly = operation == "edit_email"
            on = days[::6] if weekly else days[::3] if operation == "login_as" else days
            day = np.sort(np.repeat(on, a_day))
            time = world.staff.at(world.plan, np.full(len(day), person), day, rng.uniform(0.3, 7.7, size=len(day)))
            kind = (
                rng.choice([CODE["view"], CODE["view_address"]], size=len(time)) if operation == "view" else operation
            )
            parts.append(stage.by(person, np.sort(time), kind, subject=rng.choice(ordinary, size=len(time))))
    touches = stage.hidden(Touches.join(parts), 0.5 if stage.hard else 0.15, "account")
    return Deed(touches, "somebody who knows every published threshold took a little less than that, day after day")


def _floor(published: Published, detections: tuple[str, ...], guess: int) -> int:
    """The lowest published floor of these detections."""
    found = [published[name].get("floor") for name in detections if name in published]
    numbers = [value for value in found if isinstance(value, int)]
    return min(numbers, default=guess)
