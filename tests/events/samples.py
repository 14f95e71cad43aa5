"""One sample per kind of log, in the form its documentation gives; every value is made up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from custodes.events.readers import Settings
from custodes.records import Rule
from tests.events.builders import RULES, a_record

Told = tuple[str, str, str, str | None, str]  # actor, action, dataset, subject, outcome


@dataclass(frozen=True)
class Sample:
    """records: one text each. told: what their events say. bad: one that is none, and why. quiet: no touch of data.

    joined: how records become a file. header: what stands before them. packs: whether the file may be compressed.
    """

    kind: str
    records: tuple[str, ...]
    told: tuple[Told, ...]
    bad: str
    reason: str
    settings: Settings = field(default_factory=Settings)
    quiet: tuple[str, ...] = ()
    header: str = ""
    joined: Callable[[tuple[str, ...]], bytes] = lambda records: "".join(f"{one}\n" for one in records).encode()
    packs: bool = True

    def file(self, *records: str) -> bytes:
        """A file of these records (all of them unless given)."""
        return self.header.encode() + self.joined(records or self.records)


def compact(value: object) -> str:
    """One object on one line."""
    return json.dumps(value, separators=(",", ":"))


# --- by the owner's mapping -------------------------------------------------------------------------------------

MAPPED_TOLD: tuple[Told, ...] = (
    ("staff:e1", "read", "shop.main.customers", "customer:c1", "success"),
    ("staff:e2", "read", "shop.main.customers", "customer:c2", "success"),
    ("staff:e1", "read", "shop.main.customers", "customer:c3", "success"),
)
_MAPPED = (
    a_record(id="r1"),
    a_record(id="r2", user={"id": "e2"}, customer="c2", at="2026-03-01T09:31:00+02:00"),
    a_record(id="r3", customer="c3", at=1772357460),
)
JSONL = Sample(
    "jsonl",
    tuple(map(compact, _MAPPED)),
    MAPPED_TOLD,
    compact(a_record(id="r9", verb="frobnicate")),
    "action is no known word: translate it under map.action.values",
    Settings(rules=RULES),
)
_CSV_RULES = {
    **RULES,
    "actor": Rule(template="staff:{who}"),
    "fields": Rule(const="email"),
    "time": Rule(path="at", format="%d.%m.%Y %H:%M"),
}
CSV = Sample(
    "csv",
    ("r1,01.03.2026 09:30,e1,view,c1", "r2,01.03.2026 09:31,e2,view,c2", "r3,01.03.2026 09:32,e1,view,c3"),
    MAPPED_TOLD,
    "r9,2026-03-01,e1,view,c1",
    "time does not have the format of its rule",
    Settings(rules=_CSV_RULES, timezone="Europe/Tallinn"),
    header="id,at,who,verb,customer\n",
)


def _parquet(records: tuple[str, ...]) -> bytes:
    sink = io.BytesIO()
    shape = pa.schema(
        [
            ("id", pa.string()),
            ("at", pa.string()),
            ("user", pa.struct([("id", pa.string())])),
            ("verb", pa.string()),
            ("customer", pa.string()),
            ("fields", pa.list_(pa.string())),
        ]
    )
    rows = [{**row, "at": str(row["at"])} for row in map(json.loads, records)]
    pq.write_table(pa.Table.from_pylist(rows, schema=shape), sink, row_group_size=2)
    return sink.getvalue()


PARQUET = Sample(
    "parquet",
    JSONL.records,
    MAPPED_TOLD,
    JSONL.bad,
    JSONL.reason,
    Settings(rules=RULES),
    joined=_parquet,
    packs=False,
)

# --- OCSF 1.x ---------------------------------------------------------------------------------------------------


def _ocsf(**changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "class_uid": 6005,
        "category_uid": 6,
        "activity_id": 1,
        "type_uid": 600501,
        "time": 1772357400000,
        "severity_id": 1,
        "status_id": 1,
        "metadata": {"uid": "o1", "version": "1.3.0", "product": {"name": "warehouse"}},
        "actor": {"user": {"name": "e1", "type_id": 1}},
        "database": {"name": "shop"},
        "table": {"name": "customers"},
        "src_endpoint": {"ip": "192.0.2.7"},
        "unmapped": {"customer": "c1"},
    }
    return base | changes


OCSF = Sample(
    "ocsf",
    (
        compact(_ocsf()),
        compact(
            _ocsf(
                class_uid=6003,
                activity_id=2,
                metadata={"uid": "o2"},
                unmapped={},
                status_id=2,
                status_detail="Access Denied",
                api={"operation": "ExportOrders", "service": {"name": "Orders"}},
                resources=[{"type": "order", "uid": "o-77"}],
            )
        ),
        compact(
            _ocsf(
                class_uid=3001,
                activity_id=5,
                metadata={"uid": "o3"},
                user={"name": "seller-9"},
                unmapped={},
                actor={"user": {"name": "robot", "type_id": 4}},
            )
        ),
        compact(_ocsf(class_uid=3002, activity_id=1, metadata={"uid": "o4"}, user={"name": "e2"}, unmapped={})),
    ),
    (
        ("staff:e1", "read", "wh.shop.customers", "customer:c1", "success"),
        ("staff:e1", "export", "wh.orders.order", None, "denied"),
        ("service:robot", "suspend", "wh.iam.account", None, "success"),
        ("staff:e2", "login", "wh", None, "success"),
    ),
    compact({"metadata": {"uid": "o9"}, "time": 1772357400000}),
    "the record has no class_uid: it is no OCSF event",
    Settings(store="wh", rules={"subject": Rule(template="customer:{unmapped.customer}")}),
    quiet=(compact(_ocsf(class_uid=4001, metadata={"uid": "o5"})),),
)

# --- AWS --------------------------------------------------------------------------------------------------------


def _call(event_id: str, **changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "eventID": event_id,
        "eventTime": "2026-03-01T09:30:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "eventCategory": "Data",
        "readOnly": True,
        "userIdentity": {"type": "IAMUser", "userName": "e1", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "sourceIPAddress": "192.0.2.7",
        "requestParameters": {"bucketName": "crm-exports", "key": "2026/customers.csv", "Host": "s3.amazonaws.com"},
        "resources": [
            {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::crm-exports/2026/customers.csv"},
            {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::crm-exports"},
        ],
    }
    return base | changes


def _cloudtrail(records: tuple[str, ...]) -> bytes:
    return b'{"Records":[' + ",".join(records).encode() + b"]}"


CLOUDTRAIL = Sample(
    "cloudtrail",
    (
        compact(_call("t1")),
        compact(_call("t2", eventName="PutObject", readOnly=False)),
        compact(_call("t3", eventName="DeleteObject", readOnly=False, errorCode="AccessDenied")),
        compact(
            _call("t4", eventName="ListObjects", requestParameters={"bucketName": "crm-exports", "prefix": "2026/"})
        ),
    ),
    (
        ("staff:e1", "read", "aws.s3.crm-exports", None, "success"),
        ("staff:e1", "create", "aws.s3.crm-exports", None, "success"),
        ("staff:e1", "delete", "aws.s3.crm-exports", None, "denied"),
        ("staff:e1", "read", "aws.s3.crm-exports", None, "success"),
    ),
    compact({"eventTime": "2026-03-01T09:30:00Z"}),
    "the record has no eventName, eventSource or eventID: it is no CloudTrail record",
    joined=_cloudtrail,
)

# --- databases --------------------------------------------------------------------------------------------------


def _csvlog(
    number: int, message: str, *, user: str = "e1", severity: str = "LOG", state: str = "00000", query: str = ""
) -> str:
    row = [""] * 26
    row[0], row[1], row[2], row[3] = "2026-03-01 09:30:00.000 UTC", user, "shop", "77"
    row[4], row[5], row[6], row[7] = "192.0.2.7:5432", "65e1.4d", str(number), "SELECT"
    row[11], row[12], row[13], row[19], row[22] = severity, state, message, query, "support-desk"
    sink = io.StringIO()
    csv.writer(sink).writerow(row)
    return sink.getvalue().rstrip("\r\n")


_STATEMENTS = (
    "select email from customers where customer_id = 5",
    "update customers set email = 'new@example.com' where customer_id = 6",
    "copy (select * from customers) to stdout",
)
_POSTGRES_TOLD: tuple[Told, ...] = (
    ("staff:e1", "read", "crm.public.customers", "customer:5", "success"),
    ("staff:e1", "update", "crm.public.customers", "customer:6", "success"),
    ("staff:e1", "export", "crm.public.customers", None, "success"),
)
POSTGRES_CSV = Sample(
    "postgres_csvlog",
    tuple(_csvlog(number, f"statement: {sql}") for number, sql in enumerate(_STATEMENTS, start=1)),
    _POSTGRES_TOLD,
    "only,three,cells",
    "the row has 3 cells, a PostgreSQL log 23, 24 or 26",
    Settings(store="crm"),
    quiet=(_csvlog(9, "checkpoint starting: time"),),
)


def _jsonlog(number: int, message: str, **changes: object) -> str:
    line: dict[str, object] = {
        "timestamp": "2026-03-01 09:30:00.000 UTC",
        "user": "e1",
        "dbname": "shop",
        "pid": 77,
        "remote_host": "192.0.2.7",
        "remote_port": 5432,
        "session_id": "65e1.4d",
        "line_num": number,
        "ps": "SELECT",
        "error_severity": "LOG",
        "message": message,
        "application_name": "support-desk",
        "backend_type": "client backend",
        "query_id": 0,
    }
    return compact(line | changes)


POSTGRES_JSON = Sample(
    "postgres_jsonlog",
    tuple(_jsonlog(number, f"statement: {sql}") for number, sql in enumerate(_STATEMENTS, start=1)),
    _POSTGRES_TOLD,
    '{"message": "no line of a log"}',
    "the record has no timestamp: it is no line of a PostgreSQL JSON log",
    Settings(store="crm"),
    quiet=(_jsonlog(9, "checkpoint starting: time"),),
)


def _audit(query: int, operation: str, thing: str, code: str = "0", user: str = "e1") -> str:
    return f"20260301 11:30:00,db1,{user},192.0.2.7,5,{query},{operation},shop,{thing},{code}"


MARIADB = Sample(
    "mariadb_audit",
    (
        _audit(0, "CONNECT", ""),
        _audit(2, "READ", "customers", ""),
        _audit(2, "QUERY", "'select email from customers where customer_id = 5'"),
        _audit(3, "QUERY", r"'update customers set note = \'it\'\'s\' where customer_id = 6'"),
        _audit(4, "QUERY", "'select * from customers'", "1142"),
        _audit(0, "FAILED_CONNECT", "", "1045", user="nosy"),
    ),
    (
        ("staff:e1", "login", "crm", None, "success"),
        ("staff:e1", "read", "crm.shop.customers", "customer:5", "success"),
        ("staff:e1", "update", "crm.shop.customers", "customer:6", "success"),
        ("staff:e1", "read", "crm.shop.customers", None, "denied"),
        ("staff:nosy", "login", "crm", None, "denied"),
    ),
    "20260301 11:30:00,db1,e1",
    "the line does not have the form of MariaDB's audit log",
    Settings(store="crm", timezone="Europe/Tallinn"),
    quiet=(_audit(0, "DISCONNECT", ""), _audit(9, "QUERY", "'set names utf8mb4'")),
)

# --- web servers ------------------------------------------------------------------------------------------------


def _request(request: str, status: int = 200, user: str = "e1") -> str:
    return f'192.0.2.7 - {user} [01/Mar/2026:11:30:00 +0200] "{request}" {status} 512 "-" "curl/8"'


ROUTES: dict[str, Mapping[str, str]] = {
    "/api/orders/{object}?buyer={subject}": {"dataset": "shop.main.orders", "subject": "customer:{subject}"},
    "DELETE /api/customers/{id}": {"dataset": "shop.main.customers", "subject": "customer:{id}", "action": "suspend"},
    "/api/export/{dataset}": {"dataset": "shop.main.{dataset}", "action": "export"},
}
ACCESS = Sample(
    "access",
    (
        _request("GET /api/orders/77?buyer=c1&page=2 HTTP/1.1"),
        _request("DELETE /api/customers/c2/ HTTP/2.0", 403, user="e2"),
        _request("POST /api/export/customers HTTP/1.1", 500, user="-"),
    ),
    (
        ("staff:e1", "read", "shop.main.orders", "customer:c1", "success"),
        ("staff:e2", "suspend", "shop.main.customers", "customer:c2", "denied"),
        ("anonymous", "export", "shop.main.customers", None, "failure"),
    ),
    "not a line of an access log",
    "the line does not have the log's format",
    Settings(routes=ROUTES),
    quiet=(_request("GET /static/logo.svg HTTP/1.1"), _request(r"\x16\x03\x01", 400, user="-")),
)

# --- warehouses -------------------------------------------------------------------------------------------------


def _accessed(query: str, **changes: object) -> str:
    table = {
        "objectDomain": "Table",
        "objectId": 66564,
        "objectName": "SHOP.PUBLIC.CUSTOMERS",
        "columns": [{"columnId": 68610, "columnName": "EMAIL"}, {"columnId": 68611, "columnName": "PHONE"}],
    }
    row: dict[str, object] = {
        "QUERY_ID": query,
        "QUERY_START_TIME": "2026-03-01 09:30:00.123 -0800",
        "USER_NAME": "E1",
        "DIRECT_OBJECTS_ACCESSED": [table],
        "BASE_OBJECTS_ACCESSED": [table],
        "OBJECTS_MODIFIED": [],
    }
    return compact(row | changes)


SNOWFLAKE = Sample(
    "snowflake",
    (
        _accessed("q1"),
        _accessed(
            "q2",
            QUERY_TEXT="select email from customers where customer_id = 5",
            DATABASE_NAME="SHOP",
            SCHEMA_NAME="PUBLIC",
        ),
        _accessed(
            "q3",
            QUERY_TYPE="INSERT",
            OBJECTS_MODIFIED=[{"objectDomain": "Table", "objectName": 'SHOP.PUBLIC."Old.Copy"', "columns": []}],
        ),
    ),
    (
        ("staff:E1", "read", "wh.shop.public.customers", None, "success"),
        ("staff:E1", "read", "wh.shop.public.customers", "customer:5", "success"),
        ("staff:E1", "create", "wh.shop.public.Old.Copy", None, "success"),
        ("staff:E1", "read", "wh.shop.public.customers", None, "success"),
    ),
    compact({"QUERY_ID": "q9"}),
    "the record has no QUERY_ID, USER_NAME or QUERY_START_TIME: it is no row of ACCESS_HISTORY",
    Settings(store="wh"),
    quiet=(_accessed("q8", DIRECT_OBJECTS_ACCESSED=[], BASE_OBJECTS_ACCESSED=[]),),
)


def _entry(insert: str, metadata: dict[str, object], **payload: object) -> str:
    return compact(
        {
            "insertId": insert,
            "timestamp": "2026-03-01T09:30:00.123456Z",
            "logName": "projects/p1/logs/cloudaudit.googleapis.com%2Fdata_access",
            "resource": {"type": "bigquery_dataset", "labels": {"project_id": "p1", "dataset_id": "shop"}},
            "protoPayload": {
                "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
                "serviceName": "bigquery.googleapis.com",
                "methodName": "google.cloud.bigquery.v2.JobService.InsertJob",
                "authenticationInfo": {"principalEmail": "e1@example.com"},
                "requestMetadata": {"callerIp": "192.0.2.7", "callerSuppliedUserAgent": "bq/2.0"},
                "resourceName": "projects/p1/datasets/shop/tables/customers",
                "metadata": {"@type": "type.googleapis.com/google.cloud.audit.BigQueryAuditMetadata", **metadata},
                **payload,
            },
        }
    )


def _job(sql: str, name: str = "j1", **status: object) -> dict[str, object]:
    job = {
        "jobName": f"projects/p1/jobs/{name}",
        "jobConfig": {"type": "QUERY", "queryConfig": {"query": sql}},
        "jobStatus": status,
    }
    return {"jobChange": {"after": "DONE", "job": job}}


BIGQUERY = Sample(
    "bigquery",
    (
        _entry(
            "b1", {"tableDataRead": {"fields": ["email", "phone"], "reason": "JOB", "jobName": "projects/p1/jobs/j1"}}
        ),
        _entry("b2", _job("select email from shop.customers where customer_id = 5", jobState="DONE")),
        _entry(
            "b3", {"tableDataChange": {"insertedRowsCount": "12", "reason": "QUERY", "jobName": "projects/p1/jobs/j2"}}
        ),
        _entry("b4", _job("select * from `p1.shop.customers`", "j3", jobState="DONE", errorResult={"code": 7})),
    ),
    (
        ("staff:?", "read", "bq.p1.shop.customers", None, "success"),
        ("staff:?", "read", "bq.p1.shop.customers", "customer:5", "success"),
        ("staff:?", "create", "bq.p1.shop.customers", None, "success"),
        ("staff:?", "read", "bq.p1.shop.customers", None, "denied"),
    ),
    compact({"textPayload": "hello"}),
    "the record has no insertId, timestamp or protoPayload: it is no audit entry",
    Settings(store="bq"),
    quiet=(_entry("b8", {"jobChange": {"after": "RUNNING", "job": {}}}),),
)

SAMPLES = (*(JSONL, CSV, PARQUET, OCSF, CLOUDTRAIL, POSTGRES_CSV, POSTGRES_JSON, MARIADB, ACCESS, SNOWFLAKE, BIGQUERY),)


def written(folder: Path, data: bytes, name: str = "log") -> Path:
    """The file with these bytes."""
    file = folder / name
    file.write_bytes(data)
    return file
