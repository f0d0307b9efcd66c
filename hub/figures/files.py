"""Figures as files: CSV that Excel opens in Chinese, a workbook, and Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hub.errors import UsageError
from hub.figures.document import COLUMNS, document

if TYPE_CHECKING:
    import pyarrow as pa

    from hub.core.shelf import Published

__all__ = ("SUFFIXES", "write")

SUFFIXES: Final = (".csv", ".xlsx", ".parquet")
_BOM: Final = b"\xef\xbb\xbf"
"""Tells Excel that a CSV is UTF-8: without it Chinese is garbled."""


def write(figures: Sequence[Published], file: Path) -> None:
    """Write one row per figure; the file's ending says how. A file that is there is replaced whole."""
    writers = {".csv": _csv, ".xlsx": _workbook, ".parquet": _parquet}
    if file.suffix.lower() not in writers:
        raise UsageError(f"{file.name} has no known ending", "--to", f"end it in {', '.join(SUFFIXES)}")
    draft = file.with_name(f".{file.name}.part")
    try:
        writers[file.suffix.lower()]([document(each) for each in figures], draft)
        draft.replace(file)
    except OSError as error:
        raise UsageError(f"the file cannot be written: {error.strerror}", str(file), "name another") from None
    finally:
        draft.unlink(missing_ok=True)


def _table(rows: list[dict[str, Any]], *, nested: bool) -> pa.Table:
    """Return the rows as an Arrow table; lists as text with spaces where ``nested`` is not possible."""
    import pyarrow as pa

    kinds = {"string": pa.string(), "number": pa.float64(), "boolean": pa.bool_()}
    kinds["list"] = pa.list_(pa.string()) if nested else pa.string()
    columns = {}
    for column in COLUMNS:
        values = [row[column.name] for row in rows]
        if column.type == "list" and not nested:
            values = [" ".join(value) for value in values]
        kind = pa.int64() if column.name == "version" else kinds[column.type]
        columns[column.name] = pa.array(values, kind)
    fields = [
        pa.field(name, array.type, metadata={"en": column.en, "zh": column.zh})
        for (name, array), column in zip(columns.items(), COLUMNS, strict=True)
    ]
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))


def _csv(rows: list[dict[str, Any]], file: Path) -> None:
    from pyarrow import csv

    with file.open("wb") as out:
        out.write(_BOM)
        csv.write_csv(_table(rows, nested=False), out)


def _parquet(rows: list[dict[str, Any]], file: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(_table(rows, nested=True), file)


def _workbook(rows: list[dict[str, Any]], file: Path) -> None:
    """Write a workbook: the figures under Chinese headings, and a sheet that explains each column."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet("统计 figures")
    sheet.freeze_panes = "A2"
    headings = [WriteOnlyCell(sheet, f"{column.zh} {column.name}") for column in COLUMNS]
    for heading in headings:
        heading.font = Font(bold=True)
    sheet.append(headings)
    for row in rows:
        sheet.append([" ".join(value) if isinstance(value, list) else value for value in row.values()])
    legend = book.create_sheet("列说明 columns")
    legend.append(["column", "说明", "what"])
    for column in COLUMNS:
        legend.append([column.name, column.zh, column.en])
    with file.open("wb") as out:
        book.save(out)
