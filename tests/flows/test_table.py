"""Tables: what their rows hold, where they stand, and what is no table."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.document import InvalidInput
from flows.table import read_table


def table(folder: Path, text: str, name: str = "boats.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding, newline="")
    return path


def refused(path: Path) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_table(path)
    return str(caught.value)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_spreadsheets_csv_is_read(tmp_path: Path, separator: str, encoding: str) -> None:
    """Whatever separates its cells, with Windows line ends, quotes, empty rows and a byte order mark."""
    lines = [["picture", "motion", "seconds"], ["a.png", f'"rocks{separator} and\r\nsinks"', ""], ["", "", ""]]
    text = "\r\n".join(separator.join(line) for line in [*lines, ["b.png", "雨夜", "3"]]) + "\r\n"
    first, second = read_table(table(tmp_path, text, encoding=encoding))
    assert first.values == {"picture": "a.png", "motion": f"rocks{separator} and\r\nsinks"}
    assert second.values == {"picture": "b.png", "motion": "雨夜", "seconds": "3"}
    assert (first.where(), second.where("seconds")) == (
        "boats.csv:2: row 1",
        "boats.csv:5: row 2, column seconds",
    )


def test_jsonl_keeps_its_types(tmp_path: Path) -> None:
    """Numbers, lists and truth stay what they are; null and empty texts are no values."""
    rows = [{"a": 1, "b": ["x", "y"], "c": None, "d": ""}, {"a": True}]
    found = read_table(table(tmp_path, "\n\n".join(json.dumps(row) for row in rows), "boats.jsonl"))
    assert [row.values for row in found] == [{"a": 1, "b": ["x", "y"]}, {"a": True}]
    assert [row.place for row in found] == ["boats.jsonl:1", "boats.jsonl:3"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "picture,motion\na.png,rocks,and sinks\n", "a.csv:2: row 1: has 3 cells, but there are 2 columns"),
        ("a.csv", "picture,picture\na,b\n", "a.csv:1: two columns are called picture"),
        ("a.csv", "picture,\na,b\n", "a.csv:1: column 2 has no name"),
        ("a.csv", 'picture\n"a\n', "a.csv:2: not valid CSV: unexpected end of data"),
        ("a.csv", "picture\n\n", "a.csv: the table has no rows"),
        ("a.jsonl", '{"a": 1}\n{"a" 1}', "a.jsonl:2:6: row 2: not valid JSON: Expecting ':' delimiter"),
        ("a.jsonl", "[1]", "a.jsonl:1: row 1: must be an object such as"),
        ("a.xlsx", "", "a.xlsx: a table is a file such as rows.csv, rows.jsonl or rows.parquet"),
    ],
)
def test_what_is_no_table_is_refused_at_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    """Line, row and column of what cannot be read, and what to do."""
    assert refused(table(tmp_path, text, name)).startswith(said)


def test_text_of_another_encoding_and_files_that_are_not_there(tmp_path: Path) -> None:
    """Neither is a traceback."""
    assert "save the table as UTF-8" in refused(table(tmp_path, "picture\ncafé\n", encoding="latin-1"))
    assert "there is no such file" in refused(tmp_path / "none.csv")


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lacks the library is told what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert "pip install 'wanflow[parquet]'" in refused(table(tmp_path, "", "boats.parquet"))


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    """Numbers and lists are what the file says; nulls are no values."""
    arrow: Any = pytest.importorskip("pyarrow")
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "boats.parquet"
    parquet.write_table(arrow.table({"seconds": [2, None], "settings": [["a", "b"], ["c"]]}), str(path))
    found = read_table(path)
    assert [row.values for row in found] == [{"seconds": 2, "settings": ["a", "b"]}, {"settings": ["c"]}]
    assert found[1].where("seconds") == "boats.parquet: row 2, column seconds"
    path.write_bytes(b"no table")
    assert "not a Parquet file" in refused(path)
