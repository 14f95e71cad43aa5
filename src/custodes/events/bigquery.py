"""What do BigQuery's audit logs say? Which columns each job read, what it changed, and whom its statement named.

Entries of Cloud Logging with a `protoPayload` whose metadata is `BigQueryAuditMetadata` (Google Cloud documentation,
"BigQuery audit logs overview"): tableDataRead, tableDataChange, jobInsertion, jobChange, and policies set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from custodes.events import bigquery_jobs, times
from custodes.events.frames import Frame
from custodes.events.json_records import Reading, records
from custodes.events.jsonl import is_whole, json_object
from custodes.events.reading import Form
from custodes.events.sql_dialects import BIGQUERY
from custodes.events.sql_nouns import Touch
from custodes.events.sql_statements import Seen
from custodes.events.statement_log import Stated, StatementLog
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Action, Outcome

_TABLE: Final = re.compile(r"projects/([^/]+)/datasets/([^/]+)/tables/([^/$@]+)")
_DATASET: Final = re.compile(r"projects/([^/]+)/datasets/([^/]+)")
_META: Final = "protoPayload.metadata"
_AUTH: Final = "protoPayload.authenticationInfo"
_EXPORTS: Final = frozenset({"EXTRACT", "EXPORT_DATA", "COPY"})
_WRITES: Final[dict[str, Action]] = {
    "INSERT": "create",
    "LOAD": "create",
    "CREATE_TABLE_AS_SELECT": "create",
    "WRITE_API": "create",
    "DELETE": "delete",
    "TRUNCATE_TABLE": "delete",
}
_DENIED: Final = frozenset({7, 16})  # google.rpc.Code: PERMISSION_DENIED, UNAUTHENTICATED
_ROBOT: Final = ".gserviceaccount.com"


class BigQueryLog(StatementLog):
    """Audit entries as JSON lines or a list, plain, gzip or zstd.

    store: first part of dataset names (the log's name unless given); a table is `store.project.dataset.table`.
    subjects, columns: see `Statements`.
    """

    kind = "bigquery"
    dialect = BIGQUERY

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:  # noqa: ARG001 - no record amends another
            if not frame.data.strip():
                return []
            return self._events(Reading(json_object(frame.data)), recorded)

        return Form(records, convert, is_whole)

    def stated(self, record: bytes) -> Iterator[Stated]:
        """See StatementLog."""
        entry = Reading(json_object(record))
        if entry.text("insertId") is None or not entry.text("protoPayload.methodName"):
            raise Unfit("the record has no insertId or protoPayload: it is no audit entry")
        changed = isinstance(entry.value(f"{_META}.jobChange"), dict)
        job = f"{_META}.{'jobChange' if changed else 'jobInsertion'}.job"
        unfinished = changed and (entry.text(f"{_META}.jobChange.after") or "DONE") != "DONE"
        failed = entry.number(f"{job}.jobStatus.errorResult.code") or entry.number("protoPayload.status.code")
        config = entry.value(f"{job}.jobConfig")
        if not isinstance(config, dict) or unfinished or failed:
            return
        default = _DATASET.search(entry.text(f"{job}.jobConfig.queryConfig.defaultDataset") or "")
        project = _project(entry.text(f"{job}.jobName"))
        within = default.groups() if default else (project, "") if project else ()
        for sql in bigquery_jobs.statements(Reading(config)):
            yield Stated(sql, within)

    def _events(self, entry: Reading, recorded: datetime) -> list[AccessEvent]:
        if (
            entry.text("insertId") is None
            or entry.value("timestamp") is None
            or not entry.text("protoPayload.methodName")
        ):
            raise Unfit("the record has no insertId, timestamp or protoPayload: it is no audit entry")
        outcome = _outcome(entry)
        metadata = Reading({"it": entry.value(_META)})
        for part in ("tableDataRead", "tableDataChange"):
            if isinstance(metadata.value(f"it.{part}"), dict):
                return self._data(entry, part, outcome, recorded)
        if isinstance(metadata.value("it.jobChange"), dict) or isinstance(metadata.value("it.jobInsertion"), dict):
            return self._job(entry, outcome, recorded)
        if "SetIamPolicy" in (entry.text("protoPayload.methodName") or ""):
            touch = Touch("grant", _named(entry.text("protoPayload.resourceName")) or "", object="policy")
            return [self._event(entry, touch, None, outcome, entry.text("insertId") or "", recorded)]
        table = _TABLE.search(entry.text("protoPayload.resourceName") or "")
        if table is not None and outcome == "denied":
            touch = Touch("read", ".".join(table.groups()))
            return [self._event(entry, touch, None, outcome, entry.text("insertId") or "", recorded)]
        return []  # tables and datasets described, listed or made: no touch of data

    def _data(self, entry: Reading, part: str, outcome: Outcome, recorded: datetime) -> list[AccessEvent]:
        dataset = _named(entry.text("protoPayload.resourceName"))
        if dataset is None:
            raise Unfit("the entry's resourceName names no table")
        reason = (entry.text(f"{_META}.{part}.reason") or "").upper()
        action: Action = "read"
        records = 1
        if part == "tableDataChange":
            deleted, inserted = (
                entry.number(f"{_META}.{part}.{key}") or 0 for key in ("deletedRowsCount", "insertedRowsCount")
            )
            action = _WRITES.get(reason) or (
                "delete" if deleted and not inserted else "create" if inserted and not deleted else "update"
            )
            records = max(deleted, inserted, 1)
        elif reason in _EXPORTS or "extract" in (entry.text(f"{_META}.{part}.jobName") or ""):
            action = "export"
        touch = Touch(action, dataset, entry.texts(f"{_META}.{part}.fields"))
        operation = entry.text(f"{_META}.{part}.jobName") or entry.text("insertId") or ""
        return [self._event(entry, touch, None, outcome, operation, recorded, records)]

    def _job(self, entry: Reading, outcome: Outcome, recorded: datetime) -> list[AccessEvent]:
        """Whom a statement named. What it read and changed, entries of their own tell; those that failed have none."""
        part = "jobChange" if isinstance(entry.value(f"{_META}.jobChange"), dict) else "jobInsertion"
        job = f"{_META}.{part}.job"
        if part == "jobChange" and (entry.text(f"{_META}.{part}.after") or "DONE") != "DONE":
            return []
        failed = entry.number(f"{job}.jobStatus.errorResult.code") or entry.number("protoPayload.status.code")
        if failed:
            outcome = "denied" if failed in _DENIED else "failure"
        text = entry.text(f"{job}.jobConfig.queryConfig.query")
        if text is None:
            return []
        default = _DATASET.search(entry.text(f"{job}.jobConfig.queryConfig.defaultDataset") or "")
        schema = ".".join(default.groups()) if default else ""
        project = (default[1] if default else None) or _project(entry.text(f"{job}.jobName"))
        operation = entry.text(f"{job}.jobName") or entry.text("insertId") or ""
        bound = _bound(entry, f"{job}.jobConfig.queryConfig.queryParameters")
        seen = self.statements.seen(text, bound, schema)
        return [
            self._event(entry, _within(one, project), one.subject, outcome, operation, recorded)
            for one in seen
            if one.subject is not None or outcome != "success"
        ]

    def _event(
        self,
        entry: Reading,
        touch: Touch,
        subject: str | None,
        outcome: Outcome,
        operation: str,
        recorded: datetime,
        records: int = 1,
    ) -> AccessEvent:
        principal = entry.text(
            "protoPayload.authenticationInfo.principalEmail", "protoPayload.authenticationInfo.principalSubject"
        )
        who = "anonymous"
        if principal is not None:
            who = f"service:{principal.split('@')[0]}" if principal.endswith(_ROBOT) else f"staff:{principal}"
        delegated = entry.text(
            "protoPayload.authenticationInfo.serviceAccountDelegationInfo.0.firstPartyPrincipal.principalEmail"
        )
        return AccessEvent(
            event_id=operation,
            time=times.parse(entry.value("timestamp"), None),
            recorded=recorded,
            actor=who,
            behalf=f"staff:{delegated}" if delegated else None,
            action=touch.action,
            dataset=f"{self.store}.{touch.dataset}" if touch.dataset else self.store,
            object=touch.object,
            subject=subject,
            party=None,
            fields=touch.fields,
            records=records,
            tool=entry.text("protoPayload.serviceName"),
            client=entry.text(f"{_AUTH}.serviceAccountKeyName"),
            address=entry.text("protoPayload.requestMetadata.callerIp"),
            agent=entry.text("protoPayload.requestMetadata.callerSuppliedUserAgent"),
            case=None,
            outcome=outcome,
            source=self.name,
        )


def _named(resource: str | None) -> str | None:
    """`project.dataset.table` (or without the table) of a resource's name."""
    found = _TABLE.search(resource or "") or _DATASET.search(resource or "")
    return ".".join(found.groups()) if found else None


def _project(job: str | None) -> str | None:
    found = re.match(r"projects/([^/]+)/", job or "")
    return found[1] if found else None


def _within(seen: Seen, project: str | None) -> Touch:
    """A table named without its project is in the one the job ran in."""
    touch = seen.touch
    if project is None or touch.dataset.count(".") != 1:
        return touch
    return Touch(touch.action, f"{project}.{touch.dataset}", touch.fields, touch.object)


def _bound(entry: Reading, path: str) -> dict[str, str | None]:
    """Values of query parameters, where the entry holds them."""
    found: dict[str, str | None] = {}
    for number, item in enumerate(entry.items(path), start=1):
        name = item.text("name")
        found[f"@{name}" if name else f"?{number}"] = item.text("parameterValue.value", "value")
    return found


def _outcome(entry: Reading) -> Outcome:
    code = entry.number("protoPayload.status.code")
    if not code:
        return "success"
    return "denied" if code in _DENIED else "failure"
