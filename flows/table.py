"""Tables as rows of named values that know where they stand: CSV, JSONL and Parquet files."""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.document import InvalidInput, Problem

_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class TableRow:
    """One row of a table.

    Attributes:
        number: from 1; the heads of the columns do not count.
        place: ``file:line``, or the file where it has no lines.
        values: by column; empty cells are left out.
        typed: whether the file tells numbers, lists and texts apart; a CSV file holds text alone.
    """

    number: int
    place: str
    values: dict[str, Any]
    typed: bool

    def where(self, column: str | None = None) -> str:
        """``boats.csv:4: row 3, column seconds``."""
        return f"{self.place}: row {self.number}" + (f", column {column}" if column else "")


def read_table(path: Path) -> list[TableRow]:
    """The rows of a CSV (``,``, ``;`` or tab), JSONL or Parquet file.

    Raises:
        InvalidInput: it cannot be read, or a row of it is no row; with the rows and columns.
    """
    read = {".csv": _csv, ".tsv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}.get(path.suffix.lower())
    if read is None:
        raise InvalidInput(
            [Problem((), f"{path.name}: a table is a file such as rows.csv, rows.jsonl or rows.parquet")]
        )
    if not path.is_file():
        raise InvalidInput([Problem((), f"cannot read {path}: there is no such file")])
    rows = list(read(path))
    if not rows:
        raise InvalidInput([Problem((), f"{path.name}: the table has no rows")])
    return rows


def _csv(path: Path) -> Iterator[TableRow]:
    text = _text(path)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    columns: list[str] = []
    number, line = 0, 1
    try:
        for cells in lines:
            place, line = f"{path.name}:{line}", lines.line_num + 1
            values = [cell.strip() for cell in cells]
            if not any(values):
                continue
            if not columns:
                columns = _columns(values, place)
                continue
            number += 1
            if len(values) > len(columns):
                said = f"has {len(values)} cells, but there are {len(columns)} columns; quote a cell that holds commas"
                raise InvalidInput([Problem((), f"{place}: row {number}: {said}")])
            named = {column: value for column, value in zip(columns, values, strict=False) if value}
            yield TableRow(number, place, named, typed=False)
    except csv.Error as error:
        raise InvalidInput([Problem((), f"{path.name}:{line}: not valid CSV: {error}")]) from None


def _separator(text: str) -> str:
    """What stands between the heads of the columns: spreadsheets of some countries write semicolons."""
    heads = text.lstrip().partition("\n")[0]
    return max(_SEPARATORS, key=heads.count)


def _columns(names: list[str], place: str) -> list[str]:
    for number, name in enumerate(names, 1):
        if not name:
            raise InvalidInput([Problem((), f"{place}: column {number} has no name")])
        if name in names[: number - 1]:
            raise InvalidInput([Problem((), f"{place}: two columns are called {name}")])
    return names


def _jsonl(path: Path) -> Iterator[TableRow]:
    number = 0
    for line, text in enumerate(_text(path).splitlines(), 1):
        if not text.strip():
            continue
        number += 1
        place = f"{path.name}:{line}"
        try:
            found = json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidInput(
                [Problem((), f"{place}:{error.colno}: row {number}: not valid JSON: {error.msg}")]
            ) from None
        if not isinstance(found, dict):
            raise InvalidInput([Problem((), f'{place}: row {number}: must be an object such as {{"picture": …}}')])
        yield TableRow(number, place, _there(found), typed=True)


def _parquet(path: Path) -> Iterator[TableRow]:
    try:
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError:
        said = "Parquet files are read with pyarrow, which is not installed: pip install 'wanflow[parquet]'"
        raise InvalidInput([Problem((), f"{path.name}: {said}")]) from None
    try:
        found = parquet.read_table(str(path)).to_pylist()
    except (OSError, ValueError) as error:  # pyarrow's own errors are such
        raise InvalidInput([Problem((), f"{path.name}: not a Parquet file that can be read: {error}")]) from None
    for number, row in enumerate(found, 1):
        yield TableRow(number, path.name, _there(row), typed=True)


def _there(row: dict[str, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if value is not None and value != ""}


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except UnicodeDecodeError:
        raise InvalidInput([Problem((), f"{path.name}: it is not UTF-8 text; save the table as UTF-8")]) from None
    except OSError as error:
        raise InvalidInput([Problem((), f"cannot read {path}: {error.strerror}")]) from None
