"""What did the owner ask for? One file, one frozen value, validated whole, the key path in every message."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from custodes.errors import ConfigError
from custodes.records import ACTIONS, EVENT_COLUMNS, OUTCOMES, LogSource, Rule
from custodes.records.processing import BASES, Controller, Keeping, Processing, Transfer

_PART: Final = re.compile(r"\{[^{}]+\}")  # a path inside a template
_COUNTRY: Final = re.compile(r"[A-Z]{2}")

FILE_NAME: Final = "custodes.toml"

STORE_KINDS: Final = ("sqlite", "postgres", "mysql", "duckdb", "files", "s3")
LOG_KINDS: Final = (
    *(
        "jsonl",
        "csv",
        "parquet",
        "ocsf",
        "cloudtrail",
        "postgres_csvlog",
        "postgres_jsonlog",
        "mariadb_audit",
        "access",
    ),
    *("snowflake", "bigquery"),
)
_MAPPED: Final = ("jsonl", "csv", "parquet")  # read by nothing but the owner's mapping
_MAPPABLE: Final = (*_MAPPED, "ocsf", "access")
ROUTE_COLUMNS: Final = ("dataset", "object", "subject", "party", "case", "action", "fields", "records")
NOTICE_KINDS: Final = ("apprise", "webhook", "ocsf")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CONTEXT_KINDS: Final = ("people", "cases", "parties", "keys", "subjects")


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """One store. path for sqlite, duckdb and files; url (without password) for postgres, mysql and s3."""

    name: str
    kind: str
    path: Path | None = None
    url: str | None = None
    password_env: str | None = None
    schemas: tuple[str, ...] = ()
    vault: bool | tuple[str, ...] = False  # the whole store, or these datasets, may hold cards and credentials
    skip: Mapping[str, str] = field(default_factory=dict)  # dataset -> reason
    bucket: BucketConfig | None = None  # of s3
    at_once: int = 0  # datasets read at the same time; 0: one of a database server, else one for every worker
    keeping: Keeping | None = None  # who answers for it and how it is protected, as the owner states it


@dataclass(frozen=True, slots=True)
class BucketConfig:
    """How a bucket is reached. key_env, secret_env, session_env: environment variables that hold the access key.

    Without them the credentials of the machine are used; with anonymous none.
    """

    endpoint: str | None = None
    region: str | None = None
    key_env: str | None = None
    secret_env: str | None = None
    session_env: str | None = None
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class LogConfig:
    """One access log. path is a glob. timezone is for times that name none; without it they go to quarantine."""

    name: str
    kind: str
    path: str
    timezone: str | None = None
    store: str | None = None
    map: Mapping[str, Rule] = field(default_factory=dict)
    subjects: Mapping[str, str] = field(default_factory=dict)  # column -> kind: `customer_id = "customer"`
    routes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # path's template -> column -> template
    line: str = "combined"  # the format of an access log
    # What Sigma rules call this log. How a log is read is known by what is shown: to name it must read nothing anew.
    sigma: LogSource | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SigmaConfig:
    """Folders of Sigma rules. fields: by product, what a rule's word for a field means. placeholders: for `|expand`.

    root: from where rules' files are named.
    """

    rules: tuple[Path, ...]
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    placeholders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class FlowConfig:
    """SQL, dbt manifests, OpenLineage events or query logs that tell how data flows.

    paths: files and folders. store: whose names they use. dialect: of the SQL; the store's where there is one.
    default_schema: where unqualified tables are.
    """

    name: str
    paths: tuple[Path, ...]
    store: str | None = None
    dialect: str | None = None
    default_schema: str | None = None


@dataclass(frozen=True, slots=True)
class ContextConfig:
    """One table of context: a file (path), or a dataset of a configured store, or what it answers to a query."""

    kind: str
    path: Path | None
    store: str | None
    dataset: str | None
    timezone: str | None
    map: Mapping[str, Rule]
    query: str | None = None
    explains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of cases: kind -> actions it explains


@dataclass(frozen=True, slots=True)
class ScanConfig:
    """How stores are read. max_rows, max_bytes, max_seconds per dataset, 0 for no limit; timeout of a statement in s.

    full: read on when the verdicts are sure already. workers: threads that read, 0 for one for every core.

    anonymisers: functions of SQL behind which a value is nobody's any more, beside those that are known.
    names_in_text: a spaCy model (package or folder) that is asked for names of people in free text; none by default.
    """

    max_rows: int = 1_000_000
    max_bytes: int = 0
    max_seconds: int = 0
    full: bool = False
    timeout: int = 300
    names_in_text: str | None = None
    anonymisers: tuple[str, ...] = ()
    workers: int = 0


@dataclass(frozen=True, slots=True)
class NoticeConfig:
    """One target of notices. url_env, authorization_env: environment variables that hold the address and the header.

    path: of the kind ocsf, a file instead of an address. least: the lowest score that it is told of.
    """

    name: str
    kind: str
    url_env: str | None = None
    authorization_env: str | None = None
    path: Path | None = None
    least: int = 0


@dataclass(frozen=True, slots=True)
class Config:
    """Everything custodes.toml says. Paths are absolute. file: the file it came from."""

    file: Path
    name: str
    data: Path
    scan: ScanConfig
    stores: tuple[StoreConfig, ...]
    logs: tuple[LogConfig, ...]
    context: tuple[ContextConfig, ...]
    detections: Path | None = None  # folder with the user's own detections
    detection_timeout: int = 300  # seconds that one detection may take
    daily_budget: int = 5  # new incidents shown a day for every 1,000 members of staff; the rest is kept
    categories: Path | None = None  # folder with the user's own categories
    controller: Controller = field(default_factory=Controller)  # of the record of processing
    processing: tuple[Processing, ...] = ()
    flows: tuple[FlowConfig, ...] = ()
    sigma: SigmaConfig | None = None
    notices: tuple[NoticeConfig, ...] = ()

    @property
    def root(self) -> Path:
        """The folder of custodes.toml: relative paths start here."""
        return self.file.parent


def find(start: Path) -> Path:
    """The custodes.toml in `start` or the nearest folder above. Raises ConfigError."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    raise ConfigError(
        f"no {FILE_NAME} here or in a folder above",
        where=str(start),
        hint='run "custodes init" to write one, or name it with --config',
    )


def load(file: Path) -> Config:
    """Read and check the whole file. Raises ConfigError with file and key path."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError("cannot read the configuration", where=str(file), hint=str(error.strerror)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("the configuration is not UTF-8", where=str(file), hint="save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("the configuration is no TOML", where=str(file), hint=str(error)) from error
    top = _Table(file, "", document)
    root = file.resolve().parent
    config = Config(
        file=file.resolve(),
        name=top.text("name"),
        data=root / top.text("data", "custodes-data"),
        scan=_scan(top.table("scan")),
        stores=tuple(_store(name, table, root) for name, table in top.tables("stores")),
        logs=tuple(_log(name, table, root) for name, table in top.tables("logs")),
        context=tuple(_context(name, table, root) for name, table in top.tables("context")),
        detections=_folder(top, "detections", root),
        daily_budget=top.number("daily_budget", 5),
        detection_timeout=top.number("detection_timeout", 300),
        categories=_folder(top, "categories", root),
        controller=_controller(top.table("controller")),
        processing=tuple(_processing(name, table) for name, table in top.tables("processing")),
        flows=tuple(_flow(name, table, root) for name, table in top.tables("flows")),
        sigma=_sigma(top.table("sigma"), root) if "sigma" in top.values else None,
        notices=_notices(top, root),
    )
    top.asked.add("sigma")
    top.finish()
    _check_references(config)
    return config


class _Table:
    """One TOML table: hands out typed values, remembers which keys were asked for, refuses the rest."""

    def __init__(self, file: Path, path: str, values: Mapping[str, object]) -> None:
        self.file = file
        self.path = path
        self.values = values
        self.asked: set[str] = set()

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def fail(self, key: str, what: str, hint: str) -> ConfigError:
        return ConfigError(what, where=f"{self.file}: {self.at(key)}", hint=hint)

    def _take(self, key: str, kind: type | tuple[type, ...], said: str) -> object:
        self.asked.add(key)
        value = self.values.get(key)
        if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is int)):
            raise self.fail(key, f"expected {said}, found {type(value).__name__}", f"write {key} = {said}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, str, "a text")
        if value is None and default is None:
            # A key that is missing beside one that is almost it was mistyped: that is the mistake to name.
            meant = get_close_matches(key, sorted(set(self.values) - self.asked), n=1)
            if meant:
                raise self.fail(meant[0], "no such key", f'did you mean "{key}"?')
        if value is None:
            value = default
        if not isinstance(value, str) or not value:
            raise self.fail(key, "this key is required", f'add {key} = "..."')
        return value

    def maybe(self, key: str) -> str | None:
        value = self._take(key, str, "a text")
        return value if isinstance(value, str) else None

    def number(self, key: str, default: int) -> int:
        value = self._take(key, int, "a whole number")
        number = value if isinstance(value, int) else default
        if number < 0:
            raise self.fail(key, "a number below zero makes no sense here", "write 0 or more")
        return number

    def flag(self, key: str) -> bool:
        return self._take(key, bool, "true or false") is True

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._take(key, list, "a list of texts")
        items = value if isinstance(value, list) else []
        if not all(isinstance(item, str) for item in items):
            raise self.fail(key, "expected a list of texts", f'write {key} = ["...", "..."]')
        return tuple(items)

    def stated(self, key: str) -> str:
        """A text that may be left out, but not be blank: blank would look like an answer."""
        value = self.maybe(key)
        if value is not None and not value.strip():
            raise self.fail(key, "this text is blank", "say it, or remove the key: it is then told as not stated")
        return "" if value is None else value.strip()

    def stated_list(self, key: str) -> tuple[str, ...]:
        """A list that may be left out, but has no blank text in it."""
        items = self.texts(key)
        if (key in self.values and not items) or not all(item.strip() for item in items):
            raise self.fail(
                key, "a text is blank or missing", "say it, or remove the key: it is then told as not stated"
            )
        return tuple(item.strip() for item in items)

    def list_of_tables(self, key: str) -> list[_Table]:
        value = self._take(key, list, "a list of tables")
        items = value if isinstance(value, list) else []
        if not all(isinstance(item, dict) for item in items):
            raise self.fail(key, "expected a list of tables", f'write {key} = [{{ ... = "..." }}]')
        return [_Table(self.file, f"{self.at(key)}[{place}]", item) for place, item in enumerate(items)]

    def choice(self, key: str, among: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in among:
            raise self.fail(key, f'"{value}" is not known', _meant(value, among))
        return value

    def table(self, key: str) -> _Table:
        value = self._take(key, dict, "a table")
        return _Table(self.file, self.at(key), value if isinstance(value, dict) else {})

    def tables(self, key: str) -> list[tuple[str, _Table]]:
        parent = self.table(key)
        return [(name, parent.table(name)) for name in parent.values]

    def words(self, key: str) -> dict[str, str]:
        table = self.table(key)
        return {name: table.text(name) for name in table.values}

    def finish(self) -> None:
        unknown = sorted(set(self.values) - self.asked)
        if unknown:
            raise self.fail(unknown[0], "no such key", _meant(unknown[0], tuple(sorted(self.asked))))


def _meant(word: str, among: tuple[str, ...]) -> str:
    close = get_close_matches(word, among, n=1)
    return f'did you mean "{close[0]}"?' if close else f"one of: {', '.join(among)}"


def _folder(top: _Table, key: str, root: Path) -> Path | None:
    value = top.maybe(key)
    if value is None:
        return None
    if not (root / value).is_dir():
        raise top.fail(key, "no such folder", f'create the folder "{value}" or remove the key')
    return root / value


def _scan(table: _Table) -> ScanConfig:
    scan = ScanConfig(
        max_rows=table.number("max_rows", 1_000_000),
        max_bytes=table.number("max_bytes", 0),
        max_seconds=table.number("max_seconds", 0),
        full=table.flag("full"),
        timeout=table.number("timeout", 300),
        names_in_text=table.maybe("names_in_text"),
        anonymisers=table.texts("anonymisers"),
        workers=table.number("workers", 0),
    )
    table.finish()
    return scan


def _store(name: str, table: _Table, root: Path) -> StoreConfig:
    kind = table.choice("kind", STORE_KINDS)
    path = url = password_env = bucket = None
    schemas: tuple[str, ...] = ()
    if kind in _ADDRESSES:
        url = table.text("url")
        _check_url(table, kind, url)
        if kind == "s3":
            bucket = _bucket(table)
        else:
            password_env = table.maybe("password_env")
            schemas = table.texts("schemas")
    else:
        path = root / table.text("path")
    vault: bool | tuple[str, ...] = (
        table.texts("vault") if isinstance(table.values.get("vault"), list) else table.flag("vault")
    )
    keeping = Keeping(name, kind, table.stated("owner"), table.stated_list("security"), _country(table, "country"))
    at_once = table.number("at_once", 0)
    store = StoreConfig(
        *(name, kind, path, url, password_env, schemas, vault, table.words("skip"), bucket, at_once, keeping)
    )
    table.finish()
    return store


_ADDRESSES: Final = {
    "postgres": ("PostgreSQL", ("postgresql", "postgres"), "postgresql://ROLE@HOST:PORT/DATABASE"),
    "mysql": ("MariaDB or MySQL", ("mysql", "mariadb"), "mysql://USER@HOST:PORT/SCHEMA"),
    "s3": ("S3", ("s3",), "s3://BUCKET/PREFIX"),
}


def _check_url(table: _Table, kind: str, url: str) -> None:
    said, schemes, form = _ADDRESSES[kind]
    if not url.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise table.fail("url", f"this is no {said} address", f"write {form}")
    if "@" in url and ":" in url.split("://", 1)[1].split("@", 1)[0]:
        hint = 'move it to the environment: password_env = "..."'
        if kind == "s3":
            hint = 'move it to the environment: key_env = "...", secret_env = "..."'
        raise table.fail("url", "a password does not belong in this file", hint)


def _bucket(table: _Table) -> BucketConfig:
    bucket = BucketConfig(
        endpoint=table.maybe("endpoint"),
        region=table.maybe("region"),
        key_env=table.maybe("key_env"),
        secret_env=table.maybe("secret_env"),
        session_env=table.maybe("session_env"),
        anonymous=table.flag("anonymous"),
    )
    if (bucket.key_env is None) != (bucket.secret_env is None):
        raise table.fail("secret_env", "key_env and secret_env belong together", "name both, or neither")
    return bucket


def _log(name: str, table: _Table, root: Path) -> LogConfig:
    kind = table.choice("kind", LOG_KINDS)
    path = table.text("path")
    log = LogConfig(
        name=name,
        kind=kind,
        path=path if Path(path).is_absolute() else str(root / path),
        timezone=_timezone(table),
        store=table.maybe("store"),
        map=_rules(table.table("map"), EVENT_COLUMNS) if kind in _MAPPABLE else {},
        subjects=table.words("subjects"),
        routes=_routes(table.table("routes")) if kind == "access" else {},
        line=table.maybe("format") or "combined" if kind == "access" else "combined",
        sigma=_log_source(kind, table),
    )
    table.finish()
    if kind == "access" and not log.routes:
        raise table.fail("routes", "an access log needs a route", '"/api/orders/{object}" = "shop.main.orders"')
    for required in ("time", "actor", "action", "dataset") if kind in _MAPPED else ():
        if required not in log.map:
            raise table.fail(f"map.{required}", "this column is required", f'add {required} = "path.in.the.record"')
    return log


# Whose records a kind of log holds, where that is one thing only; and kinds whose records are JSON objects.
_SOURCES: Final = {"cloudtrail": LogSource("aws", "cloudtrail")}
_RAW: Final = ("jsonl", "cloudtrail", "ocsf", "snowflake", "bigquery")


def _log_source(kind: str, table: _Table) -> LogSource | None:
    """What Sigma rules call this log; None where the owner does not say and its kind does not tell."""
    told = table.table("sigma")
    if "sigma" not in table.values:
        return _SOURCES.get(kind)
    if kind not in _RAW:
        raise table.fail(
            "sigma", f"rules cannot read the records of a log of the kind {kind}", f"one of: {', '.join(_RAW)}"
        )
    source = LogSource(told.maybe("product"), told.maybe("service"), told.maybe("category"))
    told.finish()
    if source == LogSource():
        raise table.fail("sigma", "nothing says whose records these are", 'write sigma = { product = "okta" }')
    return source


def _sigma(table: _Table, root: Path) -> SigmaConfig:
    folders = table.texts("rules")
    if not folders:
        raise table.fail("rules", "this key is required", 'add rules = ["sigma"]')
    for folder in folders:
        if not (root / folder).is_dir():
            raise table.fail("rules", f'no such folder: "{folder}"', "create it, or correct the path")
    fields, placeholders = table.table("fields"), table.table("placeholders")
    sigma = SigmaConfig(
        rules=tuple(root / folder for folder in folders),
        fields={product: fields.words(product) for product in fields.values},
        placeholders={name: placeholders.texts(name) for name in placeholders.values},
        root=root,
    )
    for name, column in sigma.fields.get("custodes", {}).items():
        if column not in EVENT_COLUMNS:
            told = _meant(column, EVENT_COLUMNS)
            raise fields.table("custodes").fail(name, f'"{column}" is no column of an event', told)
    table.finish()
    return sigma


def _notices(top: _Table, root: Path) -> tuple[NoticeConfig, ...]:
    found: dict[str, NoticeConfig] = {}
    for table in top.list_of_tables("notices"):
        one = _notice(table, root)
        if one.name in found:
            raise table.fail("name", f'two targets are called "{one.name}"', "what was told is remembered by the name")
        found[one.name] = one
    return tuple(found.values())


def _notice(table: _Table, root: Path) -> NoticeConfig:
    name, kind = table.text("name"), table.choice("kind", NOTICE_KINDS)
    path = table.maybe("path") if kind == "ocsf" else None
    url_env = table.maybe("url_env")
    for key, value in (("url_env", url_env), ("authorization_env", table.maybe("authorization_env"))):
        if value is not None and not _VARIABLE.fullmatch(value):
            hint = "put the secret into the environment, and write the variable's name here"
            raise table.fail(key, "this is no name of an environment variable", hint)
    if (path is None) == (url_env is None):
        raise table.fail(
            "url_env",
            "an address is needed",
            'write url_env = "NAME_OF_A_VARIABLE"' + (', or path = "notices.jsonl"' if kind == "ocsf" else ""),
        )
    notice = NoticeConfig(
        name=name,
        kind=kind,
        url_env=url_env,
        authorization_env=table.maybe("authorization_env") if kind != "apprise" else None,
        path=None if path is None else root / path,
        least=table.number("least", 0),
    )
    if kind == "apprise" and "authorization_env" in table.values:
        raise table.fail("authorization_env", "an address of apprise holds its own secret", "remove it")
    table.finish()
    return notice


def _controller(table: _Table) -> Controller:
    controller = Controller(
        name=table.stated("name"),
        contact=table.stated("contact"),
        representative=table.stated("representative"),
        officer=table.stated("officer"),
        joint=table.stated_list("joint"),
    )
    table.finish()
    return controller


def _processing(name: str, table: _Table) -> Processing:
    title = table.stated("title")
    datasets = table.stated_list("datasets")
    if not datasets:
        hint = 'write datasets = ["STORE"], ["STORE.schema.table"] or a pattern such as ["STORE.schema.*"]'
        raise table.fail("datasets", "this key is required", hint)
    processing = Processing(
        name=name,
        title=title or name,
        datasets=datasets,
        purposes=table.stated_list("purposes"),
        basis=table.choice("basis", BASES) if "basis" in table.values else table.stated("basis"),
        subjects=table.stated_list("subjects"),
        # An empty list is an answer here: nobody gets it, it goes nowhere.
        recipients=() if table.values.get("recipients") == [] else table.stated_list("recipients") or None,
        transfers=tuple(map(_transfer, table.list_of_tables("transfers"))) if "transfers" in table.values else None,
        retention=table.stated("retention"),
        security=table.stated_list("security"),
        owner=table.stated("owner"),
    )
    table.asked |= {"recipients", "transfers"}
    table.finish()
    return processing


def _transfer(table: _Table) -> Transfer:
    country = _country(table, "country")
    if not country:
        raise table.fail("country", "this key is required", 'write country = "US"')
    transfer = Transfer(country, table.stated("recipient"), table.stated("safeguards"))
    table.finish()
    return transfer


def _country(table: _Table, key: str) -> str:
    value = table.stated(key)
    if value and not _COUNTRY.fullmatch(value):
        raise table.fail(key, f'"{value}" is no country code', 'use two capital letters (ISO 3166-1), such as "DE"')
    return value


def _flow(name: str, table: _Table, root: Path) -> FlowConfig:
    paths = table.texts("paths")
    if not paths:
        raise table.fail("paths", "this key is required", 'add paths = ["etl/", "target/manifest.json"]')
    flow = FlowConfig(
        name=name,
        paths=tuple(root / path for path in paths),
        store=table.maybe("store"),
        dialect=table.maybe("dialect"),
        default_schema=table.maybe("default_schema"),
    )
    table.finish()
    return flow


def _routes(table: _Table) -> dict[str, dict[str, str]]:
    routes = {}
    for template, value in table.values.items():
        if isinstance(value, str):
            routes[template] = {"dataset": table.text(template)}
            continue
        inner = table.table(template)
        for column in inner.values:
            if column not in ROUTE_COLUMNS:
                raise inner.fail(column, "no such column of a route", _meant(column, ROUTE_COLUMNS))
        routes[template] = {column: inner.text(column) for column in inner.values}
    return routes


def _timezone(table: _Table) -> str | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - rarely needed, and slow to import

    name = table.maybe("timezone")
    if name is not None:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise table.fail(
                "timezone", "no such time zone", 'use an IANA name, such as "Europe/Tallinn" or "UTC"'
            ) from error
    return name


def _rules(table: _Table, columns: tuple[str, ...]) -> dict[str, Rule]:
    rules = {}
    for column, value in table.values.items():
        if column not in columns:
            raise table.fail(column, "no such column", _meant(column, columns))
        if isinstance(value, str):
            rules[column] = Rule(template=value) if "{" in value or "}" in value else Rule(path=value)
            _check_rule(table, column, rules[column])
            continue
        if not isinstance(value, dict):
            raise table.fail(column, "expected a path, a template or a table", f'write {column} = "path.in.the.record"')
        inner = table.table(column)
        rule = Rule(
            path=inner.maybe("path"),
            template=inner.maybe("template"),
            query=inner.maybe("query"),
            const=inner.maybe("const"),
            values=inner.words("values"),
            default=inner.maybe("default"),
            token=inner.flag("token"),
            format=inner.maybe("format"),
        )
        inner.finish()
        if sum(part is not None for part in (rule.path, rule.template, rule.query, rule.const)) != 1:
            raise table.fail(column, "exactly one of path, template, query, const is needed", 'write {path = "..."}')
        _check_rule(table, column, rule)
        rules[column] = rule
    return rules


def _check_rule(table: _Table, column: str, rule: Rule) -> None:
    """A template that is not closed would be taken for a text, and a wrong word would send every line to quarantine."""
    if rule.template is not None:
        outside = _PART.sub("", rule.template)
        if "{" in outside or "}" in outside:
            raise table.fail(column, "a template has a brace that is not closed", 'write "staff:{path.in.the.record}"')
    if rule.format is not None and column != "time":
        raise table.fail(f"{column}.format", "only the time has a format", "remove it")
    if rule.query is not None:
        _check_query(table, column, rule.query)
    words = {"action": ACTIONS, "outcome": OUTCOMES}.get(column, frozenset())
    given = [*rule.values.values(), *filter(None, (rule.const, rule.default))]
    for word in given if words else ():
        if word not in words:
            raise table.fail(column, f'"{word}" is no {column}', _meant(word, tuple(sorted(words))))


def _check_query(table: _Table, column: str, text: str) -> None:
    import jmespath  # noqa: PLC0415 - few mappings need it

    try:
        jmespath.compile(text)
    except jmespath.exceptions.JMESPathError as error:
        raise table.fail(f"{column}.query", "this is no JMESPath expression", 'write "user.groups[0].id"') from error


def _context(kind: str, table: _Table, root: Path) -> ContextConfig:
    if kind not in CONTEXT_KINDS:
        raise ConfigError("no such key", where=f"{table.file}: {table.path}", hint=_meant(kind, CONTEXT_KINDS))
    from custodes.records.schema import CONTEXT_SCHEMAS  # noqa: PLC0415 - Arrow is slow to import

    path = table.maybe("path")
    context = ContextConfig(
        kind=kind,
        path=None if path is None else root / path,
        store=table.maybe("store"),
        dataset=table.maybe("dataset"),
        timezone=_timezone(table),
        map=_rules(table.table("map"), tuple(CONTEXT_SCHEMAS[kind].names)),
        query=table.maybe("query"),
        explains=_explains(table.table("explains")) if kind == "cases" else {},
    )
    table.finish()
    if (context.path is None) == (context.store is None):
        raise table.fail(
            "path", "exactly one of path and store is needed", 'write path = "people.csv", or store and dataset'
        )
    if context.store is not None and (context.dataset is None) == (context.query is None):
        hint = 'write dataset = "schema.table", or query = "select ..."'
        raise table.fail("dataset", "exactly one of dataset and query is needed with store", hint)
    if context.path is not None and context.query is not None:
        raise table.fail("query", "a file is not queried", "remove it, or name a store")
    return context


def _explains(table: _Table) -> dict[str, tuple[str, ...]]:
    """Which actions a kind of case explains; a kind that is not named explains any."""
    found = {kind: table.texts(kind) for kind in table.values}
    for kind, actions in found.items():
        for action in actions:
            if action not in ACTIONS:
                raise table.fail(kind, f'"{action}" is no action', _meant(action, tuple(sorted(ACTIONS))))
    return found


def _check_references(config: Config) -> None:
    """Names that point at a store must point at one that exists: refuse rather than guess."""
    known = {store.name for store in config.stores}
    wanted = [(f"logs.{log.name}.store", log.store) for log in config.logs]
    wanted += [(f"context.{context.kind}.store", context.store) for context in config.context]
    wanted += [(f"flows.{flow.name}.store", flow.store) for flow in config.flows]
    for path, name in wanted:
        if name is not None and name not in known:
            raise ConfigError(
                f'store "{name}" is not configured',
                where=f"{config.file}: {path}",
                hint=_meant(name, tuple(sorted(known))) if known else "add it under [stores.NAME]",
            )
    for one in config.processing:
        for place, entry in enumerate(one.datasets):
            if not any(entry == name or entry.startswith(f"{name}.") for name in known):
                raise ConfigError(
                    f'"{entry}" begins with no configured store',
                    where=f"{config.file}: processing.{one.name}.datasets[{place}]",
                    hint=_meant(entry.split(".")[0], tuple(sorted(known))) if known else "add it under [stores.NAME]",
                )
