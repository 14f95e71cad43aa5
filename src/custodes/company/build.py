"""How is the whole company made? World, cases, normal life, campaigns, then everything is written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from custodes.company.cases import FIRST_CASE
from custodes.company.databases import write_databases
from custodes.company.exports import write_files
from custodes.company.jobs import admin, api, bulk
from custodes.company.logs import write_logs
from custodes.company.normal_life import desk
from custodes.company.settings import TOML
from custodes.company.size import DEFAULT_END, DEFAULT_SEED, SMALL, Plan, Size
from custodes.company.story import PLAIN, play
from custodes.company.touches import LOG_OF, LOGS, WHY, Touches
from custodes.company.truth import FILE_NAME, Truth
from custodes.company.world import world
from custodes.errors import BadInput

EXCUSED: Final = (
    "fraud analysts go through rings of customers within an hour, with a case for each",
    "a lead refunds everyone who bought a recalled product in one day, under change record CHG-00042",
    "a job rewrites a fifth of all e-mail addresses in one night, under change record CHG-00041",
    "an engineer exports customers for a repair, under change record CHG-00043",
    "three agencies use the keys of many sellers from one client each, as the sellers have declared",
    "famous customers have more cases than others, and some touches of them come without a number",
    "reviewers, leads and helpful colleagues look at customers whose case is someone else's",
    "two people come back from long leave, one from a shorter one with a new device",
    "two more accounts sleep and stay asleep",
)


def make(
    folder: Path,
    seed: int = DEFAULT_SEED,
    end: datetime = DEFAULT_END,
    size: Size = SMALL,
    campaigns: Sequence[str] = PLAIN,
) -> Truth:
    """Write the company into `folder` and say what is true about it (also in truth.json there).

    end: where the logs end, cut to the start of its day in UTC; it must carry a zone. campaigns: keys of
    `campaigns.CAMPAIGNS`. Equal arguments give equal bytes. Raises BadInput when the folder holds something else.
    """
    if end.tzinfo is None:
        raise ValueError("end carries no zone")
    _prepare(folder)
    company = world(Plan(seed, end, size))
    (whole,) = company.plan.blocks(size.days)
    cases, at_desk = desk(company, whole, FIRST_CASE)
    records, at_bulk, chance = bulk(company)
    at_admin = admin(company, chance, cases, whole)
    planted, wrong = play(company, cases, campaigns)
    touches = Touches.join([at_desk, at_admin, at_bulk, api(company, whole)[1], *wrong])
    touches = touches.in_time(company.plan.start_ms, company.plan.end_ms)
    write_databases(folder, company, cases.joined(records))
    misplaced = write_files(folder, company)
    events, broken = write_logs(folder, company, touches)
    truth = Truth(company.plan, tuple(planted), misplaced, events, broken, _reasons(touches), EXCUSED)
    (folder / "custodes.toml").write_text(TOML, encoding="utf-8")
    (folder / FILE_NAME).write_text(truth.text(), encoding="utf-8")
    return truth


def _prepare(folder: Path) -> None:
    """A folder of one's own: never write over somebody's workspace. Hidden files are no obstacle."""
    if folder.exists() and not folder.is_dir():
        raise BadInput("this is no folder", where=str(folder), hint="name a folder that does not exist yet")
    if folder.is_dir() and not (folder / FILE_NAME).is_file() and any(folder.glob("[!.]*")):
        raise BadInput("the folder is not empty", where=str(folder), hint="name an empty folder, or one made before")
    folder.mkdir(parents=True, exist_ok=True)


def _reasons(touches: Touches) -> dict[str, dict[str, int]]:
    log = LOG_OF[touches.operation]
    return {
        name: {WHY[code]: count for code, count in sorted(Counter(touches.why[log == place].tolist()).items())}
        for place, name in enumerate(LOGS[:3])
    }
