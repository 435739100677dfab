"""Films as the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import flows
from blocks.emulator import Emulator
from blocks.media import probe
from flows.asked import Asked
from flows.document import InvalidInput
from flows.plan import Plan
from flows.productions import campaign
from flows.rows import Campaign
from flows.summary import Summary
from tasks.session import open_session

EXAMPLE = Path(flows.__file__).parent / "examples" / "films.csv"
BOARD = """
title: Boats
size: 1280*720
music: waves.m4a
scenes:
  - shots: [{prompt: A boat leaves, seconds: 3}]
  - shots: [{prompt: A boat returns, seconds: 3}]
"""


async def plan_of(file: Path, *given: str) -> Plan:
    asked = Asked("campaign", file, ["pipeline=film", *given])
    async with open_session(
        str(file.parent / "media"), offline=True, base=asked.base, allowed=asked.given_files
    ) as session:
        return await asked.plan(session)


def rows_of(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "films.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


async def test_the_example_films_its_scenes_once_for_two_styles() -> None:
    """Two films of one storyboard, 15 seconds each, in two styles: the second pays only for its style."""
    plan = await plan_of(EXAMPLE)
    assert [(row.title, row.does, row.calls, row.again) for row in plan.steps] == [
        ("Sky garden, paper craft", "film", 4, 0),
        ("Sky garden, ink", "film", 4, 2),
    ]
    styled = 15 * Decimal("0.5")
    assert [row.quote_cny for row in plan.steps] == [9 + styled, styled]
    assert (plan.calls, plan.total_cny) == (6, 9 + 2 * styled)


def test_a_row_goes_over_its_storyboard_and_the_campaign(tmp_path: Path) -> None:
    """Columns are a storyboard's fields, deep ones with dots; files start from where they are named."""
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "boats.yaml").write_text(BOARD, encoding="utf-8")
    table = tmp_path / "films.csv"
    table.write_text(
        "name,storyboard,seed,scenes.0.shots.0.seconds,music,brief,title\n"
        "First,boards/boats.yaml,7,5,,,\n"
        ",boards/boats.yaml,,,drums.m4a,,\n"
        ",,,,,A boat in the rain,Rain\n",
        encoding="utf-8",
    )
    asked = Asked("campaign", table, ["pipeline=film", "seed=3", "style=paper craft"]).campaign
    assert isinstance(asked, Campaign)
    first, second, third = [row.storyboard for row in asked.rows]
    assert first is not None and second is not None and third is not None
    assert [row.name for row in asked.rows] == ["First", "Boats", "Rain"]
    assert [board.seed for board in (first, second, third)] == [7, 3, 3]
    assert [board.seconds for board in (first, second, third)] == [8, 6, 30]
    assert {board.style.preset for board in (first, second, third) if board.style} == {5}
    assert first.music == str(tmp_path / "boards" / "waves.m4a")
    assert second.music == str(tmp_path / "drums.m4a")
    assert asked.given_files == (tmp_path / "drums.m4a",)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"title": "A", "brief": "Rain", "stile": 3}, "films.jsonl: unknown column 'stile'. Did you mean 'title'?"),
        ({"title": "A"}, "films.jsonl:1: row 1: a storyboard has `scenes`, or a `brief`"),
        ({"title": "A", "brief": "Rain", "style": 9}, "films.jsonl:1: row 1, column style: style presets are 0 to 7"),
        ({"storyboard": "none.yaml"}, "films.jsonl:1: row 1, column storyboard: cannot read "),
        ({"storyboard": "board.yaml", "scenes.7.seed": 1}, "films.jsonl:1: row 1, column scenes.7.seed: there is no"),
        ({"storyboard": "board.yaml", "size": "1*1"}, "films.jsonl:1: row 1, column size: '1*1' is not taken by "),
        ({"storyboard": "board.yaml", "music": "no.mp3"}, "films.jsonl:1: row 1, column music: there is no file "),
        (
            {"storyboard": "board.yaml", "scenes.0.shots.0.seconds": 30},
            "films.jsonl:1: row 1, column scenes.0.shots.0.seconds: a shot of 30 s; wan2.6-t2v makes at most 15 s.",
        ),
    ],
)
async def test_what_is_no_film_is_refused_with_row_and_column(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    """Wherever the storyboard shows it, the table's row and column are named."""
    (tmp_path / "board.yaml").write_text(BOARD.replace("music: waves.m4a\n", ""), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        await plan_of(rows_of(tmp_path, row))
    assert str(caught.value).startswith(said)


@pytest.mark.slow
async def test_films_are_made_and_what_they_share_is_paid_once(
    service: Emulator, submits: Callable[[], list[str]], tmp_path: Path, prefect_server: str
) -> None:
    """Two films share a scene, one is written from a brief; the next run sends only the scene that is new."""
    shots = [[{"prompt": text, "seconds": 3}] for text in ("A boat leaves", "It is indecent", "It returns", "It sinks")]
    common = {"size": "1280*720"}
    rows = [{"title": "Calm", "scenes": [{"shots": shots[0]}, {"shots": shots[1]}], **common}]
    rows += [{"title": "Storm", "scenes": [{"shots": shots[0]}, {"shots": shots[2]}], **common}]
    rows += [{"title": "Rain", "brief": {"text": "A boat in the rain", "scenes": 1, "seconds": 4}, **common}]
    first = await campaign(str(rows_of(tmp_path, *rows)), "film", at_once=1)
    assert isinstance(first, Summary)
    assert [(row["name"], row["state"]) for row in first.rows] == [
        ("Calm", "partly"),
        ("Storm", "done"),
        ("Rain", "done"),
    ]
    asked = submits()
    assert len([text for text in asked if "boat leaves" in text]) == 1
    film = next(path for path in first.rows[1]["files"] if path.endswith("film.mp4"))
    assert probe(film).has_video
    assert (Path(first.rows[2]["production"]) / "storyboard.yaml").is_file()
    rows[0]["scenes"][1]["shots"] = shots[3]
    again = await campaign(str(rows_of(tmp_path, *rows)), "film")
    assert again.state == "done"
    assert len(submits()) == len(asked) + 1
    assert "It sinks" in submits()[-1]
