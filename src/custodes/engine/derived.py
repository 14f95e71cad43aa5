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
    grp         whom the actor is like: team and role (of staff), or the kind where the owner told neither
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

# What is worked out once, over all touches, when the first question about it is asked.
TABLES: Final = {
    "derived_tied": f"""
        with work as (
            select *, opened - {GRACE} as begins,
                   coalesce(closed + {AFTER}, timestamptz '9999-12-31 00:00:00+00') as ends
            from all_cases where opened is not null
        ), link as (
            select e.leaf, e.action, k.kind, 1 as rank, 'assigned' as tie
            from sealed e join work k on k.assignee = e.actor and k.subject = e.subject
            where e.time >= k.begins and e.time <= k.ends
            union all
            select e.leaf, e.action, k.kind, 2 as rank, 'named' as tie
            from sealed e join work k on k.id = e."case" and k.subject = e.subject
            where (k.assignee is null or k.assignee <> e.actor) and e.time >= k.begins and e.time <= k.ends
            union all
            select e.leaf, e.action, k.kind, 2 as rank, 'record' as tie
            from sealed e join work k on k.id = e."case"
            where k.subject is null and k.party is null and (k.assignee is null or k.assignee = e.actor)
              and e.time >= k.begins and e.time <= k.ends
            union all
            select e.leaf, e.action, k.kind, 3 as rank, 'party' as tie
            from sealed e join work k on k.assignee = e.actor and k.party = e.party
            where (k.subject is null or e.subject is null) and e.time >= k.begins and e.time <= k.ends
        )
        select leaf, min_by(tie, rank) as tie from link
        where kind is null or kind not in (select kind from derived_explaining)
           or exists (select 1 from derived_explaining x where x.kind = link.kind and x.action = link.action)
        group by leaf
    """,  # noqa: S608 - our own constants
    "derived_near": f"""
        with span as (
            select subject, opened, date_trunc('week', opened) as since,
                   date_trunc('week', least(coalesce(closed, opened), opened + {_LONGEST}) + {WEEKS_AFTER}) as until
            from all_cases where subject is not null and opened is not null
        ), week as (
            select subject, opened, unnest(generate_series(since, until, interval 1 week)) as week from span
        ), first as (
            select subject, week, min(opened) as opened from week group by subject, week
        )
        select e.leaf
        from sealed e join first f on f.subject = e.subject and f.week = date_trunc('week', e.time)
        where f.opened <= e.time + {GRACE}
    """,  # noqa: S608 - our own constants
}

# The touches with all that is worked out: a table where the touches are held in memory, a view of files otherwise.
TOUCHED: Final = f"""
    select e.*, date_trunc('day', e.time + {GRACE}) as day,
           t.tie is not null as explained, t.tie, n.leaf is not null as related,
           split_part(e.actor, ':', 1) as kind,
           coalesce(nullif(concat_ws('/', p.team, p.role), ''), split_part(e.actor, ':', 1)) as grp
    from sealed e left join derived_tied t on t.leaf = e.leaf left join derived_near n on n.leaf = e.leaf
    left join (
        -- Of two rows about one person at one time, one counts: a touch must not become two.
        select id, team, role, valid_from,
               coalesce(lead(valid_from) over (partition by id order by valid_from), valid_to) as valid_to
        from (select id, valid_from, max(valid_to) as valid_to, max(team) as team, max(role) as role from all_people
              group by id, valid_from) as state
    ) as p on p.id = e.actor and e.time >= p.valid_from and e.time < p.valid_to
"""  # noqa: S608 - our own constants

QUERIES: Final = {
    "touch": """
        select * from derived_touch where time <= getvariable('until') and day + interval 1 day <= getvariable('until')
    """,
}
