"""hub.figures.files: the same rows in every format, readable where they are opened."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from hub.errors import UsageError
from hub.figures import files
from hub.figures.document import COLUMNS, document
from tests.unit.figuremaking import province

ROWS = [document(each) for each in province()]


def test_a_csv_opens_in_excel_with_its_chinese(tmp_path: Path) -> None:
    """It begins with the mark Excel looks for, and holds every column of every figure."""
    files.write(province(), tmp_path / "plan.csv")
    assert (tmp_path / "plan.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "plan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["key"] for row in rows] == [row["key"] for row in ROWS]
    assert (rows[0]["region_name"], rows[0]["value"], rows[0]["silent"]) == ("浙江省", "0.0125", "training")
    assert list(rows[0]) == [column.name for column in COLUMNS]


def test_a_parquet_file_holds_types_and_explains_its_columns(tmp_path: Path) -> None:
    """Values are numbers, lists are lists, and each field says in both languages what it is."""
    files.write(province(), tmp_path / "plan.parquet")
    table = parquet.read_table(tmp_path / "plan.parquet")
    assert table.to_pylist() == ROWS
    assert table.schema.field("value").metadata == {b"en": COLUMNS[11].en.encode(), b"zh": "数值".encode()}


def test_a_workbook_has_numbers_and_a_sheet_of_explanations(tmp_path: Path) -> None:
    """The first sheet has the figures under Chinese headings, the second what each column is."""
    files.write(province(), tmp_path / "plan.xlsx")
    book = load_workbook(tmp_path / "plan.xlsx")
    figures, legend = book.worksheets
    assert figures.max_row == len(ROWS) + 1
    assert (figures["A1"].value, figures["L1"].value, figures["L2"].value) == (
        "指标键 key",
        "数值 value",
        0.0125,
    )
    assert [row[0].value for row in legend.iter_rows(min_row=2)] == [column.name for column in COLUMNS]
    book.close()


def test_no_figures_make_a_file_without_rows(tmp_path: Path) -> None:
    """Nothing selected is no error."""
    files.write([], tmp_path / "none.parquet")
    assert parquet.read_table(tmp_path / "none.parquet").num_rows == 0


def test_an_unknown_ending_is_refused_and_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """The error names what can be written; no half-written file is left."""
    with pytest.raises(UsageError, match="ending"):
        files.write([], tmp_path / "plan.ods")
    with pytest.raises(UsageError, match="cannot be written"):
        files.write([], tmp_path / "nowhere" / "plan.csv")
    assert list(tmp_path.iterdir()) == []
