"""Rows of a table as films: a storyboard's fields are the columns, or a column names storyboard files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows import arguments
from flows.document import InvalidInput, Problem, read_document, validate
from flows.storyboard import Storyboard, anchor, anchored
from flows.table import TableRow

FILE = "storyboard"
"""The column that names a storyboard file; what else a row says goes over what the file says."""

COLUMNS = (FILE, *Storyboard.model_fields)


def common_of(given: list[str]) -> dict[str, Any]:
    """What ``-p`` arguments say of every film; relative paths start from here."""
    said = {key: arguments.film_value(key, raw) for key, raw in arguments.pairs(given, "-p")}
    return {key: anchor(str(value), Path.cwd()) if key in (FILE, "music") else value for key, value in said.items()}


def film_of(
    source: TableRow, common: dict[str, Any], folder: Path, name: str | None
) -> tuple[Storyboard, dict[str, Any]]:
    """The storyboard of a row, and what the row and the campaign say of it.

    Args:
        folder: where the table's relative paths start from.
        name: of the production: the film's title if nothing says another.

    Raises:
        InvalidInput: it is no storyboard; with row and column.
    """
    said = dict(common)
    for column, value in source.values.items():
        read = value if source.typed else arguments.film_value(column, str(value))
        said[column] = anchor(str(read), folder) if column in (FILE, "music") else read
    data: Any = {}
    if FILE in said:
        try:
            data = read_document(Path(said[FILE])).data
        except InvalidInput as error:
            raise InvalidInput([Problem((), f"{source.where(FILE)}: {error}")]) from None
        if not isinstance(data, dict):
            raise InvalidInput([Problem((), f"{source.where(FILE)}: {said[FILE]} holds no storyboard")])
        if isinstance(data.get("music"), str):
            data = {**data, "music": anchor(data["music"], Path(said[FILE]).parent)}
    try:
        for column, value in said.items():
            if column != FILE:
                arguments.lay_over(data, column, value)
        data.setdefault("title", name or f"Film {source.number}")
        storyboard = validate(Storyboard, data)
    except InvalidInput as error:
        raise InvalidInput([in_row(source, said, problem) for problem in error.problems]) from None
    return anchored(storyboard, Path(said[FILE]).parent if FILE in said else folder), said


def in_row(source: TableRow, said: dict[str, Any], problem: Problem) -> Problem:
    """A problem of a row's storyboard, at its row and column."""
    place = ".".join(map(str, problem.at))
    column = next((one for one in said if place == one or place.startswith(f"{one}.")), FILE if FILE in said else None)
    message = problem.message if column == place or not place else f"{place}: {problem.message}"
    return Problem((), f"{source.where(column)}: {message}")
