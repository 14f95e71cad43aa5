"""Which encoding is a text written in? A mark decides; then zero bytes; then UTF-8; then what its letters look like."""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
DEFAULT: Final = "cp1252"
_ENOUGH: Final = 12  # bytes outside ASCII that tell one legacy encoding from another
_SAMPLE: Final = 1 << 15
_RUNS: Final = re.compile(rb"[\x80-\xff]+")
# Latin scripts: the letters of a language beside a to z decide. Of equals the first is taken.
_LATIN: Final = (
    *(
        ("cp1252", letters)
        for letters in ("äöüß", "éèêëàâçùûîïôœæ", "áéíóúñü¿¡ºª", "ãõáéíóúâêôçà", "àèéìòùç", "åäöéæø")
    ),
    *(("cp1252", letters) for letters in ("áéíóúýþðæö",)),
    *(("cp1250", letters) for letters in ("ąćęłńóśźż", "áčďéěíňóřšťúůýžľĺŕäô", "áéíóöőúüű", "čćđšž", "ăâîșțşţ")),
    ("cp1254", "çğıİöşüâ"),
    ("cp1257", "āčēģīķļņšūžąęėįųõäöü"),
    *(("cp850", letters) for letters in ("äöüß", "éèêëàâçùûîïôæ", "áéíóúñü¿¡ºª", "ãõáéíóúâêôçà", "àèéìòùç", "åäöéæø")),
    *(("mac_roman", letters) for letters in ("äöüß", "éèêëàâçùûîïôœæ", "áéíóúñü¿¡ºª", "ãõáéíóúâêôçà", "åäöéæø")),
    *(("cp852", letters) for letters in ("ąćęłńóśźż", "áčďéěíňóřšťúůýžľĺŕäô", "áéíóöőúüű")),
)
_OF_ALL: Final = "€§°«»\u2018\u2019\u201c\u201d\u201e\u2013\u2014\u2026\u00a0"
_OTHERS: Final = [
    *("cp1251", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "koi8_r"),
    *("cp866", "cp874", "iso8859_5", "iso8859_7"),
]
_TOLD: Final = {
    "cp1252": "Windows-1252",
    "cp932": "Shift-JIS",
    "gb18030": "GB18030",
    "big5": "Big5",
    "euc_jp": "EUC-JP",
    "euc_kr": "EUC-KR",
    "koi8_r": "KOI8-R",
    "mac_roman": "Mac Roman",
}
_CONTROLS: Final = re.compile(rb"[\x02-\x06\x0e-\x1a\x7f]")  # 01 and 1c to 1f divide columns, 1b colours logs


def marked(head: bytes) -> tuple[str, int] | None:
    """The encoding that a byte order mark names, and the mark's length."""
    return next(((encoding, len(mark)) for mark, encoding in _MARKS if head.startswith(mark)), None)


def wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: blanks, digits and line ends have their zeros at one side only."""
    for width, little, big in ((4, "utf-32-le", "utf-32-be"), (2, "utf-16-le", "utf-16-be")):
        cut = head[: len(head) // width * width]
        count = len(cut) // width
        if count < 2:
            continue
        zeros = [cut[at::width].count(0) for at in range(width)]
        few = max(1, count // 50)
        # Stray zeros at the other side are damage; there are few of them.
        if zeros[-1] >= few and zeros[0] * 8 < zeros[-1] and (width == 2 or zeros[-2] > 0.9 * count):
            return little if _sound(cut, little) else None
        if zeros[0] >= few and zeros[-1] * 8 < zeros[0] and (width == 2 or zeros[1] > 0.9 * count):
            return big if _sound(cut, big) else None
    return None


def is_utf8(piece: bytes) -> bool:
    """Whether a piece is meant as UTF-8: a few bad bytes among good ones are damage, not another encoding."""
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(piece)
    foreign = sum(1 for character in text if character > "\x7f")
    damage = text.count("\ufffd") - piece.count("\ufffd".encode())  # a replacement character that was written is none
    return damage * 2 < foreign or damage == 0


def legacy(piece: bytes) -> str:
    """The likeliest of the encodings before Unicode; Windows-1252 where too few letters tell."""
    lines = [line for line in piece.split(b"\n") if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE]
    high = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    if high < _ENOUGH:
        return DEFAULT
    runs = _RUNS.findall(sample)
    letters = sum(1 for byte in sample if byte > 127 or chr(byte).isalpha())
    if high < 0.4 * letters and high < 1.5 * len(runs):
        return _latin(sample)
    from charset_normalizer import from_bytes  # noqa: PLC0415 - rarely needed, and slow to import

    # The last character of a sample may be cut in two.
    for cut in range(4):
        best = from_bytes(sample[: len(sample) - cut], cp_isolation=_OTHERS, threshold=0.3).best()
        if best is not None:
            return str(best.encoding)
    return _latin(sample)


def _latin(sample: bytes) -> str:
    """The encoding in which most letters outside ASCII are those of one language."""
    best, most = DEFAULT, 0.0
    for encoding, letters in _LATIN:
        foreign = [letter for letter in sample.decode(encoding, errors="replace") if letter > "\x7f"]
        known = letters + letters.upper() + _OF_ALL
        share = sum(letter in known for letter in foreign) / max(1, len(foreign))
        if share > most:
            best, most = encoding, share
    return best


def told(encoding: str) -> str:
    """The encoding's usual name."""
    return _TOLD.get(encoding) or encoding.replace("cp125", "Windows-125")


def is_binary(head: bytes, *, named_text: bool) -> bool:
    """Whether bytes without a mark are no text in any encoding: zeros, or too many control characters.

    named_text: the file's name says that it is a text, so that only zeros count.
    """
    if not head or marked(head) or wide(head):
        return False
    # A log may have a few zeros where a disk was full.
    if head.count(0) * 1_000 > len(head):
        return True
    return not named_text and len(_CONTROLS.findall(head)) > max(8, len(head) // 20)


def decoded(head: bytes) -> str:
    """The first bytes of a text as text, a broken last character left out."""
    found = marked(head)
    encoding, skip = found if found is not None else (wide(head) or "", 0)
    if not encoding:
        encoding = "utf-8" if head.isascii() or is_utf8(head) else legacy(head)
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(head[skip:])


def as_utf8(piece: bytes, encoding: str) -> tuple[bytes, int]:
    """A piece from the middle of a file as UTF-8, and how many characters of it are broken.

    encoding: of the file as far as it was seen; empty while that was ASCII.
    """
    if piece.isascii():
        return piece, 0
    if encoding in {"", "utf-8"}:
        try:
            piece.decode()
        except UnicodeDecodeError:
            encoding = "utf-8" if is_utf8(piece) else legacy(piece)
        else:
            return piece, 0
    text = piece.decode(encoding, errors="replace")
    return text.encode(), text.count("\ufffd")


def _sound(piece: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(piece)
    except UnicodeDecodeError:
        return False
    return sum(1 for letter in text if letter < " " and letter not in "\t\r\n\f\x1b\x01") * 50 <= len(text)
