"""How do tables become a workbook of Excel? The smallest one that is valid: texts only, no formula, no link.

Written by hand: SpreadsheetML (ECMA-376) needs six small parts for tables of texts, and a library for it would be one
more dependency at the place where hostile names leave.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from custodes.datamap.export.cells import Sheet, inert
from custodes.errors import BadInput

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"
_MOST_ROWS: Final = 1_048_576
_NARROW: Final = 12
_WIDE: Final = 48
_DAY: Final = (1980, 1, 1, 0, 0, 0)  # the same tables give the same bytes


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """The workbook. Raises BadInput where a table has more rows than a sheet can hold."""
    parts = {
        "[Content_Types].xml": _types(len(sheets)),
        "_rels/.rels": _rels([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _rels(
            [*(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _styles(),
    }
    for number, sheet in enumerate(sheets, 1):
        if len(sheet.rows) >= _MOST_ROWS:
            raise BadInput(f"{len(sheet.rows):,} rows do not fit a sheet", hint="export as art30-csv")
        parts[f"xl/worksheets/sheet{number}.xml"] = "".join(_worksheet(sheet))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _DAY), text.encode(), zipfile.ZIP_DEFLATED)
    return data.getvalue()


def _worksheet(sheet: Sheet) -> Iterator[str]:
    last = f"{_letters(len(sheet.headings))}{len(sheet.rows) + 1}"
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/>'
    yield '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft"'
    yield ' state="frozen"/></sheetView></sheetViews><cols>'
    for place, heading in enumerate(sheet.headings):
        longest = max([len(heading), *(min(len(row[place]), _WIDE) for row in sheet.rows)], default=_NARROW)
        width = min(_WIDE, max(_NARROW, longest + 2))
        yield f'<col min="{place + 1}" max="{place + 1}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    for number, row in enumerate((sheet.headings, *sheet.rows), 1):
        style = 1 if number == 1 else 2
        yield f'<row r="{number}">'
        for place, cell in enumerate(row, 1):
            text = escape(inert(cell))
            yield f'<c r="{_letters(place)}{number}" s="{style}" t="inlineStr">'
            yield f'<is><t xml:space="preserve">{text}</t></is></c>'
        yield "</row>"
    yield f'</sheetData><autoFilter ref="A1:{last}"/></worksheet>'


def _styles() -> str:
    # quotePrefix: a cell stays a text when somebody edits it.
    wrap = '<alignment vertical="top" wrapText="1"/>'
    return (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        f'<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">{wrap}</xf>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyAlignment="1">'
        f'{wrap}</xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _workbook(sheets: Sequence[Sheet]) -> str:
    named = "".join(
        f'<sheet name={quoteattr(sheet.title)} sheetId="{n}" r:id="rId{n}"/>' for n, sheet in enumerate(sheets, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>'


def _rels(targets: Sequence[tuple[str, str]]) -> str:
    told = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def _types(sheets: int) -> str:
    told = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_SHEET.format("worksheet")}"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET.format("sheet.main")}"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET.format("styles")}"/>{told}</Types>'
    )


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
