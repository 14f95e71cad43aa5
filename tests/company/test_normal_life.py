"""Is ordinary life as hard as it is said to be?"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from custodes.company.touches import BY_CASE, WITHOUT_CASE
from tests.company.conftest import Company, Line

A_WORKING_DAY = timedelta(hours=9)


def _wrong(company: Company) -> set[str]:
    return {actor for one in company.truth.campaigns for actor in one.actors}


def test_broken_lines_are_counted(company: Company) -> None:
    """The lines that are no event, or name no zone or user, are as many as the answer sheet says."""
    assert company.broken == dict(company.truth.broken)
    assert dict(Counter(line.log for line in company.lines)) == dict(company.truth.events)


def test_most_touches_are_driven_by_cases(company: Company) -> None:
    """85 to 95 % of the desk's honest touches come from a case, 3 to 8 % have none."""
    why = Counter(company.truth.why["desk"])
    honest = why.total() - why["campaign"]
    assert 0.85 <= sum(why[name] for name in BY_CASE) / honest <= 0.95
    assert 0.03 <= sum(why[name] for name in WITHOUT_CASE) / honest <= 0.08
    assert 0.07 <= why["case_opened_later"] / honest <= 0.13
    assert 0.03 <= why["case_number_missing"] / honest <= 0.06


def test_case_numbers_in_the_log_are_true(company: Company) -> None:
    """A named case is about that customer, belongs to that actor and was open when it was named."""
    named = [line for line in company.lines if line.log == "desk" and line.case]
    assert len(named) > 0.7 * company.truth.events["desk"]
    for line in named:
        case = company.cases[str(line.case)]
        assert case.assignee == line.actor
        assert case.opened - timedelta(seconds=1) <= line.time
        assert case.closed is None or line.time <= case.closed
        assert case.customer in {None, line.customer}


def test_the_files_alone_explain_most_touches(company: Company) -> None:
    """Joined on customer and assignee, with a working day's grace for late cases, the cases explain 85 to 97 %."""
    links: dict[tuple[str, int | None], list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for case in company.cases.values():
        links[case.assignee, case.customer].append((case.opened - A_WORKING_DAY, case.closed))
    wrong = _wrong(company)

    def explained(line: Line) -> bool:
        spans = links.get((line.actor, line.customer), [])
        return line.case is not None or any(a <= line.time and (b is None or line.time <= b) for a, b in spans)

    touches = [line for line in company.lines if line.log == "desk" and line.customer and line.actor not in wrong]
    assert 0.85 <= sum(map(explained, touches)) / len(touches) <= 0.97


def test_famous_customers_are_touched_for_good_reasons(company: Company) -> None:
    """Many honest people touch watched customers, some of them without naming a case; nobody touches the honey."""
    with (company.folder / "crm" / "watched.csv").open(newline="") as handle:
        watched = {int(row["customer_id"]): row["watched"] for row in csv.DictReader(handle) if row["watched"]}
    wrong = _wrong(company)
    honest = [
        line for line in company.lines if line.log == "desk" and line.actor not in wrong and line.customer in watched
    ]
    assert {watched[line.customer] for line in honest if line.customer} == {"vip"}
    assert len({line.actor for line in honest}) > 30
    assert sum(line.case is None for line in honest) > 20


def test_nobody_works_before_joining_or_after_leaving(company: Company) -> None:
    """Joiners and leavers are in the logs only while they are employed, and there are some of each."""
    with (company.folder / "hr" / "people.csv").open(newline="") as handle:
        staff = {f"staff:{row['id']}": row for row in csv.DictReader(handle)}
    start, end = min(line.time for line in company.lines), max(line.time for line in company.lines)
    joiners = [row for row in staff.values() if row["joined"] > start.date().isoformat()]
    leavers = [row for row in staff.values() if row["left"]]
    assert len(joiners) >= 3
    assert len(leavers) >= 3
    assert all(row["left"] <= end.date().isoformat() for row in leavers)
    for line in company.lines:
        if row := staff.get(line.actor):
            # A night shift begun on the last day ends on the next.
            day = (line.time - A_WORKING_DAY).date().isoformat()
            assert not row["left"] or day <= row["left"]
            assert (line.time + A_WORKING_DAY).date().isoformat() >= row["joined"]


def test_bulk_jobs_have_a_change_record(company: Company) -> None:
    """Whatever changes or exports customers by the hundred under a number has a record of that number."""
    bulk = Counter((line.actor, line.case) for line in company.lines if (line.case or "").startswith("CHG-"))
    assert len(bulk) == 3
    assert max(bulk.values()) >= 500
    assert {company.cases[str(number)].assignee for _, number in bulk} == {actor for actor, _ in bulk}


def test_agencies_hold_many_keys_and_say_so(company: Company) -> None:
    """Each agency's client uses only keys that are declared to that agency, and one of them uses more than twenty."""
    with (company.folder / "partners" / "api_keys.csv").open(newline="") as handle:
        developer = {f"key:{row['key']}": row["developer"] for row in csv.DictReader(handle)}
    harvester = {client for one in company.truth.campaigns for client in one.clients if one.keys}
    used: dict[str, set[str]] = defaultdict(set)
    for line in company.lines:
        if line.log == "api":
            used[line.client].add(line.actor)
    for client in used.keys() - harvester:
        assert len({developer[key] for key in used[client]}) == 1
    assert max(len(keys) for client, keys in used.items() if client not in harvester) > 20
