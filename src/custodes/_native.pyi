# Types of the native part; what each does is said in native/src.

from collections.abc import Sequence
from typing import TypeAlias, final

from typing_extensions import Buffer

__version__: str

VALIDATORS: Sequence[str]

Spec: TypeAlias = tuple[str, str, list[str], str, int, str | None, bool]
# Category, anchor, literals, regular expression, lead, validator, keep_unvalidated.

# Whether a numbering plan holds the number: any country's behind +, 00 or 011, else one of the regions' (ISO 3166-1).
def phone_in_plan(number: str, regions: Sequence[str]) -> bool: ...

# Leaves of the ledger (docs/reference/encoding.md) of `count` rows, and their RFC 9162 hashes, 32 bytes each.
# A column: text, word, list or number; validity (or None) and its first bit; its buffers, cut to the rows: offsets and
# data, indices and offsets and data of the words, offsets and offsets and data of the items, or 64-bit values.
# threads: at most so many. Raises ValueError where a row does not fit a leaf, or buffers do not hold what they say.
EventColumn: TypeAlias = tuple[str, Buffer | None, int, list[Buffer]]

def encode_rows(kind: int, columns: list[EventColumn], count: int) -> list[bytes]: ...
def hash_rows(kind: int, columns: list[EventColumn], count: int, threads: int) -> bytes: ...

# The row of hashes `levels` above a row, made by at most so many threads. Raises ValueError unless it is a whole
# number of subtrees.
def hash_nodes(row: Buffer, levels: int, threads: int = 1) -> bytes: ...

# Where an id may stand: per row of an Arrow column of texts, cut to it, a 64-bit number (little-endian): the id's key
# above, the row (counted from `first`) below. Raises ValueError on buffers that do not hold what they say.
def id_rows(offsets: Buffer, data: Buffer, count: int, first: int) -> bytes: ...
def id_key(event_id: bytes) -> int: ...

# Write equal parts of `rows` to files of these names in a folder, for their owner only; give files of a folder other
# names below another one. Neither makes anything durable. Raise OSError at the first file that fails.
def write_files(folder: str, names: list[str], rows: Buffer) -> None: ...

# read_files: contents one behind the other; None where a file is not there or has not `width` bytes.
def read_files(folder: str, names: list[str], width: int) -> bytes | None: ...
def rename_files(folder: str, below: str, names: list[tuple[str, str]]) -> None: ...

# What the lines of a block (each with its line end) say at places: a key of the line's object, and a key of the object
# there. One byte per line, 1 where it is odd: no object, or anything in it that readers of JSON might understand
# differently, or at a place anything but text, whole number, null or list of texts. Then the ends of the lines, as
# 64-bit numbers. Then per place: kinds (0 nothing, 1 text, 2 whole number, 3 list), offsets and data of the texts and
# numbers, offsets of the lists, offsets and data of their items. Raises ValueError for a block of 2 GiB.
FoundAt: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes, bytes]

def json_lines(block: Buffer, places: list[tuple[str, str | None]]) -> tuple[bytes, bytes, list[FoundAt]]: ...

# One byte per text of an Arrow column, cut to it: 1 where a direct identifier may be in the text.
def suspects(offsets: Buffer, data: Buffer, count: int) -> bytes: ...

# Raises ValueError, with the category and the reason, where a pattern is not sound.
def check_pattern(spec: Spec) -> None: ...

Hit: TypeAlias = tuple[str, int, int, int, str, bool]
# Path, line, first character, one past the last character, category, validated.

@final
class Scanner:
    # Patterns compiled once. Raises ValueError naming the category where one cannot be compiled.
    # categories: id, words that speak for a match, words that speak against one, values that may stand behind a label.
    # owners: per pattern its category's place in that list, weak, label, and its rank among those that match the same.
    # Without them every pattern is a category of its own.
    def __new__(
        cls,
        specs: Sequence[Spec],
        categories: Sequence[tuple[str, list[str], list[str], list[str]]] = ...,
        owners: Sequence[tuple[int, bool, bool, int]] = ...,
    ) -> Scanner: ...
    def __len__(self) -> int: ...
    # Matches, weighed and apart from each other. Lines are counted from `first`, characters as Python counts them.
    # find_text takes a text as one line 0; find_lines takes lines with or without their ends; find_block takes bytes,
    # counts what is no UTF-8 as Python's "replace" does, and says how many line ends it has (\r alone is one).
    def find_text(self, text: str) -> list[Hit]: ...
    def find_lines(self, lines: list[str], path: str, first: int) -> list[Hit]: ...
    def find_block(self, block: bytes, path: str, first: int) -> tuple[list[Hit], int]: ...
    # Start byte, end byte, index of the pattern, validated; sorted by start. Takes UTF-8; raises TypeError.
    def scan_text(self, text: Buffer) -> list[tuple[int, int, int, bool]]: ...
    # Count over the cells of an Arrow string array: `count` cells from `offset` on.
    # large: offsets are 64 bits wide. base: byte of the column's data at which `data` begins.
    # weights: int64 per cell, how often it stands in the column. Raises ValueError on buffers that contradict
    # each other, TypeError on what is no buffer.
    def scan_cells(
        self,
        offsets: Buffer,
        data: Buffer,
        validity: Buffer | None,
        count: int,
        large: bool,
        *,
        offset: int = 0,
        base: int = 0,
        weights: Buffer | None = None,
    ) -> CellCounts: ...

@final
class CellCounts:
    # What `scan_cells` counted; the lists have one entry per pattern.

    @property
    def filled(self) -> int: ...
    @property
    def whole(self) -> list[int]: ...
    @property
    def whole_valid(self) -> list[int]: ...
    @property
    def inside(self) -> list[int]: ...
    @property
    def inside_valid(self) -> list[int]: ...
    @property
    def some(self) -> list[list[int]]: ...
