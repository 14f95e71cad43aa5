"""What does a CloudTrail log say? Every record is one event: who called which AWS interface on what.

Fields as in the CloudTrail record contents (userIdentity, eventSource, eventName, requestParameters, ...).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from custodes.events import times
from custodes.events.cloudtrail_actions import action
from custodes.events.frames import Frame
from custodes.events.json_array import elements
from custodes.events.jsonl import json_object
from custodes.events.mapping import resolve
from custodes.events.reading import FileLog, Form, now
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Outcome, Tokeniser

# Who acts for themselves, and is therefore a person or at least a named account.
_PEOPLE: Final = {"IAMUser", "FederatedUser", "IdentityCenterUser", "SAMLUser", "WebIdentityUser", "Directory"}
_DENIED: Final = re.compile(r"AccessDenied|Unauthorized|NotAuthorized|AuthFailure|Forbidden|InvalidClientTokenId")
# What a request is about, the most telling parameter first; only scalars count.
_OBJECTS: Final = (
    "secretId", "key", "objectKey", "bucketName", "bucket", "functionName", "userName", "roleName", "groupName",
    "instanceProfileName", "policyArn", "policyName", "dBSnapshotIdentifier", "dBInstanceIdentifier",
    "dBClusterIdentifier", "snapshotId", "imageId", "instanceId", "volumeId", "groupId", "tableName", "keyId",
    "logGroupName", "trailName", "roleArn", "resourceId", "resourceArn", "resourceName", "name", "id", "arn",
)  # fmt: skip
# The word for the kind of resource, when a call names it by another one.
_KINDS: Final = {"secretsmanager": "secret", "kms": "key", "sts": "role", "signin": "console"}
_VERSION: Final = re.compile(r"_?20\d{6}(v\d+)?$")
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+")
_NOT_A_KIND: Final = re.compile(r"[^a-z0-9_-]+")
# A role that AWS Identity Center makes for people; its session is named by the person.
_PEOPLES_ROLE: Final = "AWSReservedSSO_"


class CloudTrailLog(FileLog):
    """CloudTrail files: `{"Records": [...]}`, a plain array, or one record after another; plain, gzip or zstd.

    store: the first part of dataset names (`aws` unless given): `aws.s3.<bucket>`, `aws.iam.user`.
    """

    kind = "cloudtrail"

    def __init__(
        self,
        name: str,
        pattern: str,
        *,
        tokeniser: Tokeniser,
        store: str | None = None,
        clock: Callable[[], datetime] = now,
        root: Path | None = None,
    ) -> None:
        super().__init__(name, pattern, tokeniser=tokeniser, clock=clock, root=root)
        self.store = store or "aws"

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:  # noqa: ARG001 - no record amends another
            return [event(_Record(json_object(frame.data)), log=self.name, store=self.store, recorded=recorded)]

        return Form(elements, convert)


class _Record:
    """One CloudTrail record; whatever is not of the documented type counts as absent."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def text(self, path: str) -> str | None:
        value = resolve(self._values, path)
        if not isinstance(value, str) or not value or not _is_unicode(value):
            return None
        return value

    def table(self, path: str) -> Mapping[str, object]:
        value = resolve(self._values, path)
        return value if isinstance(value, dict) else {}

    def value(self, path: str) -> object:
        return resolve(self._values, path)


def event(record: _Record, *, log: str, store: str, recorded: datetime) -> AccessEvent:
    """The event of one record. Raises Unfit when it has no eventTime, eventName, eventSource or eventID."""
    name, source, event_id = record.text("eventName"), record.text("eventSource"), record.text("eventID")
    if record.value("eventTime") is None:
        raise Unfit("the record has no eventTime")
    if name is None or source is None or event_id is None:
        raise Unfit("the record has no eventName, eventSource or eventID: it is no CloudTrail record")
    service = _kind_word(source.split(".")[0]) or "unknown"
    actor, behalf = _who(record)
    bucket = record.text("requestParameters.bucketName")
    kind = (_kind_word(bucket) if service == "s3" and bucket else None) or _resource_kind(record, service, name)
    return AccessEvent(
        event_id=event_id,
        time=times.parse(record.value("eventTime"), None),
        recorded=recorded,
        actor=actor,
        behalf=behalf,
        action=action(name, read_only=record.value("readOnly") is True),
        dataset=f"{store}.{service}.{kind}",
        object=_object(record),
        subject=None,
        party=None,
        fields=_fields(record, name),
        records=1,
        tool=source,
        client=record.text("userIdentity.accessKeyId"),
        address=record.text("sourceIPAddress"),
        agent=record.text("userAgent"),
        case=None,
        outcome=_outcome(record),
        source=log,
    )


def _who(record: _Record) -> tuple[str, str | None]:
    """Actor and on whose behalf.

    A role is a service and its session stands behind it, unless the session names a person: then the person acts and
    the role is what they act through.
    """
    kind = record.text("userIdentity.type")
    arn = record.text("userIdentity.arn") or ""
    user = record.text("userIdentity.userName")
    if kind == "Root":
        return "staff:root", None
    if kind in _PEOPLE or (kind is None and user is not None):
        name = user or _last(arn) or _last(record.text("userIdentity.principalId"))
        return (f"staff:{name}", None) if name else ("anonymous", None)
    role = record.text("userIdentity.sessionContext.sessionIssuer.userName") or _role(arn)
    if kind in {"AssumedRole", "Role"} and role is not None:
        session = _session(record.text("userIdentity.principalId")) or _role_session(arn)
        if session is not None and (role.startswith(_PEOPLES_ROLE) or "@" in session):
            return f"staff:{session}", f"role:{role}"
        return f"service:{role}", f"session:{session}" if session else None
    name = record.text("userIdentity.invokedBy") or record.text("userIdentity.accountId")
    return (f"service:{name}" if name else "anonymous"), None


def _role(arn: str) -> str | None:
    """`arn:aws:sts::1:assumed-role/NAME/SESSION` and `arn:aws:iam::1:role/path/NAME`."""
    parts = arn.split("/")
    if len(parts) < 2:
        return None
    return parts[1] if ":assumed-role" in parts[0] else parts[-1]


def _session(principal: str | None) -> str | None:
    return (principal or "").partition(":")[2] or None


def _role_session(arn: str) -> str | None:
    parts = arn.split("/")
    return parts[2] if len(parts) > 2 and ":assumed-role" in parts[0] else None


def _last(text: str | None) -> str | None:
    return None if text is None else re.split(r"[/:]", text)[-1] or None


def _resource_kind(record: _Record, service: str, name: str) -> str:
    """From the record's own resource type (`AWS::IAM::Role`), else from the noun in the call's name."""
    declared = record.text("resources.0.type")
    if declared is not None and (word := _kind_word(declared.split("::")[-1])) is not None:
        return word
    if service in _KINDS:
        return _KINDS[service]
    words = _WORDS.findall(_VERSION.sub("", name))[1:]
    if not words:
        return service
    noun = "_".join(words).lower()
    return _kind_word(_singular(noun)) or service


def _singular(noun: str) -> str:
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


def _kind_word(text: str) -> str | None:
    return _NOT_A_KIND.sub("-", text.lower()).strip("-") or None


def _object(record: _Record) -> str | None:
    """What the call is about: the declared resource's ARN, else the first telling request parameter."""
    parameters = record.table("requestParameters")
    bucket, key = parameters.get("bucketName"), parameters.get("key")
    if isinstance(bucket, str) and isinstance(key, str):
        return f"{bucket}/{key}" if _is_unicode(bucket + key) else None
    for name in _OBJECTS:
        value = parameters.get(name)
        if isinstance(value, str) and value and _is_unicode(value):
            return value
    return record.text("resources.0.ARN") or record.text("serviceEventDetails.snapshotId")


def _fields(record: _Record, name: str) -> tuple[str, ...]:
    """The names of what the request asks for or sets; never their values. `Host` is only where it was sent to."""
    keys = sorted(key for key in record.table("requestParameters") if key != "Host" and _is_unicode(key))
    return tuple(key for key in keys[:100]) or ((name,) if name == "GetSecretValue" else ())


def _outcome(record: _Record) -> Outcome:
    error = record.text("errorCode")
    if error is not None:
        return "denied" if _DENIED.search(error) else "failure"
    # Signing in does not fail with an error code: the answer says so.
    answers = record.table("responseElements")
    return "failure" if "Failure" in (answers.get("ConsoleLogin"), answers.get("CheckMfa")) else "success"


def _is_unicode(text: str) -> bool:
    """Whether every character is one: JSON can smuggle in half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
