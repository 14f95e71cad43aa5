"""How is a place outside the database named: a file, a bucket, a stage, a queue?

`s3://bucket/key` and other addresses stay as they are; a path of the machine becomes `file:/path`; a stage keeps its
`@`; what goes to the client or to a program is `stdout`, `stdin` or `program`. Names and passwords in an address and
everything after `?` (signatures) are cut off: they are credentials. An e-mail address or a long number in a path may be
somebody's and is not repeated. What a function sends is `mail:function` or `web:function`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage.words import word

_ADDRESS = re.compile(r"^([a-z][a-z0-9+.-]{1,20}):/{1,2}", re.IGNORECASE)
_USER = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/@]*@(?=[^/]*(?:/|$))", re.IGNORECASE)
_FILE = re.compile(
    r"\.(csv|tsv|json|jsonl|ndjson|parquet|orc|avro|arrow|txt|xlsx|xml|db|sqlite|gz|zst|bz2|zip)$", re.IGNORECASE
)
_AZURE = re.compile(r"^(abfss?|wasbs?)://", re.IGNORECASE)


_PERSON = re.compile(r"[^/@\s]+@[^/@\s]+\.[^/@\s]+|(?<![0-9])[0-9]{9,}(?![0-9])")
_SENDS = ("mail:", "web:", "file:")
_STREAMS = frozenset(["stdout", "stdin", "program"])
_MAILS = re.compile(r"(?:^|[._$])(?:send_?e?mail|send_dbmail|sp_send_dbmail|pgmail|pg_?send_?mail|e?mail_?send)(?:$|_)")
_WEB = frozenset([
    "http", "http_post", "http_put", "http_patch", "http_get", "urlencode_post", "invoke_lambda", "lambda_invoke",
    "invoke", "webhook", "post_webhook", "sp_invoke_external_rest_endpoint", "dblink_exec", "http_request",
])  # fmt: skip


def sent_by(function: str) -> str:
    """The dataset that stands for what a function of this name sends away; empty where it is not known to send."""
    name = function.lower()
    if _MAILS.search(name):
        return f"mail:{name}"
    return f"web:{name}" if name in _WEB else ""


def is_outside(dataset: str) -> bool:
    """Whether a dataset of an edge is no table: a path, an address, a stream, or what a function sends."""
    return dataset in _STREAMS or dataset.startswith(_SENDS) or is_path(dataset)


def is_path(name: str) -> bool:
    """Whether a name in the place of a table's is a path or an address."""
    return bool(
        _ADDRESS.match(name)
        or (name.startswith(("/", "./", "../", "@")) and len(name) > 1 and not name.startswith("@@"))
    ) or (bool(_FILE.search(name)) and ("/" in name or "*" in name or name.count(".") == 1))


def shown_path(path: str) -> str:
    """The dataset's name for a path or address."""
    path = path.strip()
    if _ADDRESS.match(path):
        bare = path.split("?", 1)[0].split("#", 1)[0]
        if _AZURE.match(bare):  # abfss://container@account.dfs…/path
            place, slash, rest = bare.partition("://")[2].partition("/")
            return f"{bare.partition('://')[0]}://{place}{slash}{_PERSON.sub('…', rest)}"
        return _PERSON.sub("…", _USER.sub(r"\1", bare))
    if path.startswith("@"):
        return path if "/" not in path else f"{path.partition('/')[0]}/{_PERSON.sub('…', path.partition('/')[2])}"
    return f"file:{_PERSON.sub('…', path)}"


def path_after(tokens: Sequence[Token], keyword: str) -> str:
    """The address that follows a word, as a dataset's name."""
    for place, token in enumerate(tokens[:-1]):
        if word(token) == keyword and tokens[place + 1].token_type in {TokenType.STRING, TokenType.NATIONAL_STRING}:
            return shown_path(tokens[place + 1].text)
    return ""
