"""Which views does the engine work out from evidence and context, so that every detection means the same by them?

`touch` is `event` with the answer to the first question of all: does declared work explain it? A case ties an actor to
a customer or a party for a time. The links are those that the owner declares (case, assignment, change record), and
none that are guessed (Fabbri and LeFevre, "Explanation-Based Auditing", VLDB 2011, mines them; we do not).

Columns beside those of `event`:

    explained   a case ties the actor to this touch
    tie         how: assigned (a case about this customer, held by this actor), named (the log names a case about this
                customer that somebody else holds), record (the log names a change record of this actor's),
                party (a case about this party, held by this actor)
    related     nothing ties this actor, but somebody had a case about this customer in the weeks before
    kind        of the actor: staff, service, key
    grp         whom the actor is like: team and role (of staff), the role alone where fewer than PEERS have both, or
                the kind where the owner told neither
    day         the day on whose end the answer is final: the phone is answered first and the case written afterwards,
                so the last GRACE of a day belong to the next one

A question about a past moment sees the touches whose day was over by then: every case that explains one of them had
been opened, so an answer that was given once stands.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pyarrow as pa

from custodes.engine.interface import WRITTEN_LATER

GRACE: Final = f"interval {WRITTEN_LATER // timedelta(hours=1)} hours"
AFTER: Final = "interval 1 day"  # when a case is closed, its last notes are still written
# For so many weeks after a case about a customer, a colleague's look at them is no surprise.
WEEKS_AFTER: Final = "interval 2 weeks"
_LONGEST: Final = "interval 26 weeks"  # a case left open for ever says nothing about today's look

VIEWS: Final = ("touch",)

# Which kinds of case explain which actions, as the owner says.
EXPLAINING: Final = pa.schema([pa.field("kind", pa.string()), pa.field("action", pa.string())])

# DuckDB asks the calendar of time zones for each row of a date_trunc; days and hours of UTC are a division. Questions
# may use them too.
MACROS: Final = (
    "create macro utc_hour(moment) as make_timestamptz(epoch_us(moment) // 3600000000 * 3600000000)",
    "create macro utc_day(moment) as make_timestamptz(epoch_us(moment) // 86400000000 * 86400000000)",
    # The number of a week that begins on Monday: 1970 began on a Thursday.
    "create macro utc_week(moment) as (epoch_us(moment) + 259200000000) // 604800000000",
)

# Fewer people than this are no group to compare somebody with.
PEERS: Final = 5

_BITS: Final = 16  # of a leaf's number, within one part
_LAST: Final = (1 << _BITS) - 1
MARKS: Final = ("explained", "high", "low", "related")

# As split_part(actor, ':', 1), without making the same few words anew for each touch.
_KIND: Final = (
    "case "
    + " ".join(
        f"when starts_with(e.actor, '{kind}:') then '{kind}'" for kind in ("staff", "key", "service", "customer")
    )
    + " else split_part(e.actor, ':', 1) end"
)


def _marks(name: str, which: str) -> str:
    """The bits of those leaves of a part for which it is so."""
    return f"bitstring_agg(cast(e.leaf & {_LAST} as integer), 0, {_LAST}) filter (where {which}) as {name}"


def _marked(name: str) -> str:
    return f"coalesce(get_bit(b.{name}, cast(e.leaf & {_LAST} as integer)) = 1, false)"


# What is worked out once of context, when the first question about touches is asked.
TABLES: Final = {
    "derived_work": f"""
        select id, subject, party, assignee, kind,
               kind is null or kind not in (select kind from derived_explaining) as free,
               opened - {GRACE} as begins, coalesce(closed + {AFTER}, timestamptz '9999-12-31 00:00:00+00') as ends
        from all_cases where opened is not null order by begins
    """,  # noqa: S608 - our own constants
    "derived_span": f"""
        select subject, opened, utc_week(opened) as since,
               utc_week(least(coalesce(closed, opened), opened + {_LONGEST}) + {WEEKS_AFTER}) as until
        from all_cases where subject is not null and opened is not null order by since
    """,  # noqa: S608 - our own constants
    "derived_people": f"""
        -- Of two rows about one person at one time, one counts: a touch must not become two.
        with state as (
            select id, valid_from, max(valid_to) as valid_to, max(team) as team, max(role) as role from all_people
            group by id, valid_from
        ), near as (
            select team, role, count(distinct id) as people from state group by team, role
        ), far as (
            select role, count(distinct id) as people from state group by role
        )
        -- A team has one leader, who has no peers in it: the leaders of the other teams are.
        select id, nullif(case when near.people < {PEERS} and far.people >= {PEERS} then state.role
                               else concat_ws('/', state.team, state.role) end, '') as grp, valid_from,
               coalesce(lead(valid_from) over (partition by id order by valid_from), valid_to) as valid_to
        from state join near on near.team is not distinct from state.team and near.role is not distinct from state.role
        left join far on far.role = state.role
    """,  # noqa: S608 - our own constants
}

# What is worked out of one piece of the log. Piece by piece, because a piece is joined to the cases of its own time
# alone, in memory, however long the log is. Of each touch three things are kept, in four bits, by its leaf:
# so the evidence itself is never written a second time.
PIECE: Final = f"""
    with touched as materialized (
        select leaf, time, actor, subject, party, action, "case"
        from sealed where time >= $since::timestamptz and time < $until::timestamptz
    ), work as materialized (
        select * from derived_work where begins < $until::timestamptz and ends >= $since::timestamptz
    ), link as (
        select e.leaf, e.action, k.kind, k.free, 1 as rank
        from touched e join work k on k.assignee = e.actor and k.subject = e.subject
        where e.time >= k.begins and e.time <= k.ends
        union all
        select e.leaf, e.action, k.kind, k.free, 2 as rank
        from touched e join work k on k.id = e."case" and k.subject = e.subject
        where (k.assignee is null or k.assignee <> e.actor) and e.time >= k.begins and e.time <= k.ends
        union all
        select e.leaf, e.action, k.kind, k.free, 3 as rank
        from touched e join work k on k.id = e."case"
        where k.subject is null and k.party is null and (k.assignee is null or k.assignee = e.actor)
          and e.time >= k.begins and e.time <= k.ends
        union all
        select e.leaf, e.action, k.kind, k.free, 4 as rank
        from touched e join work k on k.assignee = e.actor and k.party = e.party
        where (k.subject is null or e.subject is null) and e.time >= k.begins and e.time <= k.ends
    ), tied as (
        select leaf, min(rank) as rank from link
        where free or exists (select 1 from derived_explaining x where x.kind = link.kind and x.action = link.action)
        group by leaf
    ), week as (
        select subject, opened, unnest(range(
            greatest(since, utc_week($since::timestamptz)), least(until, utc_week($until::timestamptz)) + 1)) as week
        from derived_span
        where since <= utc_week($until::timestamptz) and until >= utc_week($since::timestamptz)
    ), near as (
        select subject, week, min(opened) as opened from week group by subject, week
    )
    select e.leaf >> {_BITS} as part,
           {_marks("explained", "t.rank is not null")}, {_marks("high", "t.rank >= 3")},
           {_marks("low", "t.rank in (2, 4)")}, {_marks("related", f"n.opened <= e.time + {GRACE}")}
    from touched e left join tied t on t.leaf = e.leaf
    left join near n on n.subject = e.subject and n.week = utc_week(e.time)
    group by e.leaf >> {_BITS}
"""  # noqa: S608 - our own constants

# Leaves of one part may lie in several pieces.
PARTS: Final = f"""
    select part, {", ".join(f"bit_or({mark}) as {mark}" for mark in MARKS)} from derived_piece group by part
"""  # noqa: S608 - our own constants

# The touches with all that is worked out: a table where the touches are held in memory, a view of files otherwise.
TOUCHED: Final = f"""
    select e.*, utc_day(e.time + {GRACE}) as day, {_marked("explained")} as explained,
           case when not {_marked("explained")} then null when {_marked("high")}
                then case when {_marked("low")} then 'party' else 'record' end
                else case when {_marked("low")} then 'named' else 'assigned' end end as tie,
           {_marked("related")} as related, {_KIND} as kind, coalesce(p.grp, {_KIND}) as grp
    from sealed e left join derived_part b on b.part = e.leaf >> {_BITS}
    left join derived_people p on p.id = e.actor and e.time >= p.valid_from and e.time < p.valid_to
"""  # noqa: S608 - our own constants

# Where the log is cut into such pieces: the touches of each day.
DAYS: Final = "select cast(time as date) as day, count(*) as touches from sealed group by 1 order by 1"

QUERIES: Final = {
    # The same as: time <= until and day + 1 day <= until. Said of the time alone, it lets whole row groups be skipped.
    "touch": f"select * from derived_touch where time < utc_day(getvariable('until')) - {GRACE}",  # noqa: S608 - ours
}
