"""How is a place outside the database named: a file, a bucket, a stage, a queue?

`s3://bucket/key` and other addresses stay as they are; a path of the machine becomes `file:/path`; a stage keeps its
`@`; what goes to the client or to a program is `stdout`, `stdin` or `program`. Names and passwords in an address and
everything after `?` (signatures) are cut off: they are credentials.
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
        return bare if _AZURE.match(bare) else _USER.sub(r"\1", bare)
    if path.startswith("@"):
        return path
    return f"file:{path}"


def path_after(tokens: Sequence[Token], keyword: str) -> str:
    """The address that follows a word, as a dataset's name."""
    for place, token in enumerate(tokens[:-1]):
        if word(token) == keyword and tokens[place + 1].token_type in {TokenType.STRING, TokenType.NATIONAL_STRING}:
            return shown_path(tokens[place + 1].text)
    return ""
