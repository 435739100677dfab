"""Campaigns: a production for each row of a table; what rows share is paid once, what failed is tried again."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import flows
from blocks.emulator import Emulator
from blocks.media import probe
from blocks.storage import MediaStorage
from flows.asked import Asked
from flows.document import InvalidInput
from flows.plan import Plan
from flows.producing import ProductionFailed
from flows.productions import campaign
from flows.summary import Summary
from tasks.budget import BudgetExceeded
from tasks.session import open_session
from tests.flows.conftest import wanflow

Submits = Callable[[], list[str]]
EXAMPLE = Path(flows.__file__).parent / "examples" / "campaign.csv"
HEAD = "name,picture,motion,then,seconds"


def boats(folder: Path, *rows: str, head: str = HEAD) -> Path:
    """A table beside its picture, in a folder that is not the working one."""
    home = folder / "tables"
    home.mkdir(exist_ok=True)
    Image.new("RGB", (640, 480), (90, 120, 150)).save(home / "boat.png")
    path = home / "boats.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


async def plan_of(file: Path, *given: str) -> Plan:
    async with open_session(str(file.parent / "media"), offline=True) as session:
        return await Asked("campaign", file, ["pipeline=moving-picture", *given]).plan(session)


async def refusal(file: Path, *given: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        await plan_of(file, *given)
    return str(caught.value)


async def test_the_example_is_priced_and_what_rows_share_counts_once() -> None:
    """Three rows are three clips: the second row's first clip is the first row's."""
    plan = await plan_of(EXAMPLE)
    assert [(row.title, row.calls, row.again, row.quote_cny) for row in plan.steps] == [
        ("Evening", 1, 0, Decimal("0.60")),
        ("Night", 2, 1, Decimal("0.60")),
        ("Window", 1, 0, Decimal("0.60")),
    ]
    assert (plan.calls, plan.total_cny, plan.unknown) == (3, Decimal("1.80"), [])


async def test_rows_that_go_on_alike_are_priced_once(tmp_path: Path) -> None:
    """Two rows differ in their style alone: their first clips are one, and so are the clips that go on from them."""
    rows = ["boat.png,It rocks,It sinks,2,", "boat.png,It rocks,It sinks,2,3"]
    plan = await plan_of(boats(tmp_path, *rows, head="picture,motion,then,seconds,style"))
    assert [(row.calls, row.again) for row in plan.steps] == [(2, 0), (3, 2)]
    assert plan.calls == 3


@pytest.mark.slow
async def test_the_plan_s_calls_are_those_that_are_sent(
    service: Emulator, submits: Submits, tmp_path: Path, prefect_server: str
) -> None:
    """Of those two rows just three calls reach the service, however they meet."""
    rows = ["boat.png,It rocks,It sinks,2,", "boat.png,It rocks,It sinks,2,3"]
    made = await campaign(str(boats(tmp_path, *rows, head="picture,motion,then,seconds,style")), "moving-picture")
    assert made.state == "done"
    assert sorted(submits()) == ["It rocks", "It sinks", "video-style-transform"]


async def test_what_falls_due_only_if_needed_is_told_apart(tmp_path: Path) -> None:
    """A light head is filmed only where its check passes: of two rows' price the checks alone are certain."""
    inputs = Path(flows.__file__).parent / "examples" / "presenter"
    (tmp_path / "said.jsonl").write_text(
        "\n".join(
            json.dumps({"portrait": str(inputs / "maya.jpg"), "speech": [str(inputs / speech)]})
            for speech in ("1-welcome.mp3", "2-goodbye.mp3")
        )
    )
    async with open_session(str(tmp_path / "media"), offline=True) as session:
        plan = await Asked("campaign", tmp_path / "said.jsonl", ["pipeline=presenter"]).plan(session)
    assert plan.maybe_cny > 0
    assert plan.total_cny - plan.maybe_cny == Decimal("0.004")  # both rows check the same portrait


async def test_wrong_values_are_refused_with_row_and_column(tmp_path: Path) -> None:
    """All of them at once: of the wrong type, missing, not there, and what only the model refuses."""
    Image.new("RGB", (100, 100)).save(tmp_path / "small.png")
    rows = [",boat.png,It rocks,,two", ",boat.png,,,3", ",sun.png,It rocks,,3", ",../small.png,It rocks,,3"]
    said = (await refusal(boats(tmp_path, *rows, ",boat.png,It rocks,,99"))).splitlines()
    starts = [
        "boats.csv:2: row 1, column seconds: must be a whole number; got 'two'",
        "boats.csv:3: row 2, column motion: is required",
        "boats.csv:4: row 3, column picture: there is no file",
        "boats.csv:5: row 4, column picture: first: ",
        "boats.csv:6: row 5, column seconds: first: ",
    ]
    assert len(said) == len(starts)
    for line, start in zip(said, starts, strict=True):
        assert line.startswith(start), line


async def test_what_is_wrong_within_a_step_s_own_pipeline_names_the_column_that_gave_it(tmp_path: Path) -> None:
    """The teaser hands seconds and photo on to a film of each ratio: said once for a row, at its column."""
    file = boats(tmp_path, "boat.png,3", "cut.png,16", head="photo,seconds")
    Image.new("RGBA", (64, 48)).save(file.with_name("cut.png"))
    async with open_session(str(tmp_path / "media"), offline=True) as session:
        with pytest.raises(InvalidInput) as caught:
            await Asked("campaign", file, ["pipeline=product-teaser"]).plan(session)
    starts = [
        "boats.csv:2: row 1, column photo: framed: in the pipeline product-film: requires ${cut_out.passed}, ",
        "boats.csv:3: row 2, column seconds: clips: in the pipeline product-film: 16 is not taken by ",
    ]
    said = str(caught.value).splitlines()
    assert [line[: len(start)] for line, start in zip(said, starts, strict=True)] == starts


async def test_wrong_columns_and_common_parameters_are_said_once(tmp_path: Path) -> None:
    """However many rows there are, a column that nobody knows or everybody lacks is one problem."""
    rows = ["boat.png,It rocks,1"] * 3
    unknown = await refusal(boats(tmp_path, *rows, head="picture,motion,stile"))
    assert unknown.startswith("boats.csv: unknown column 'stile'. Did you mean 'style'?")
    missing = await refusal(boats(tmp_path, "boat.png", "boat.png", head="picture"))
    assert missing == "boats.csv: column motion: is required: What moves and how the camera moves."
    common = await refusal(boats(tmp_path, "boat.png", "boat.png", head="picture"), "motion=Hey", "seconds=long")
    assert common == "seconds: must be a whole number; got 'long'"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "campaign needs a table and a pipeline: -f rows.csv -p pipeline=product-teaser"),
        (("pipeline=moving-pictures",), "there is no pipeline 'moving-pictures'. Did you mean 'moving-picture'?"),
        (("pipeline=moving-picture", "at_once=0"), "at_once: must be a whole number, 1 to 64; got '0'"),
    ],
)
def test_a_campaign_needs_a_pipeline_that_there_is(given: tuple[str, ...], said: str) -> None:
    """What is missing or misspelt is said with what would do."""
    with pytest.raises(InvalidInput) as caught:
        Asked("campaign", EXAMPLE, list(given))
    assert str(caught.value).startswith(said)


def test_columns_are_read_as_their_parameters_want_them(tmp_path: Path) -> None:
    """Lists and numbers of a CSV are such; a row's own word goes over the campaign's; files start from the table."""
    head = "photo,settings,seconds"
    file = boats(tmp_path, 'boat.png,"[""by a lake, at noon"", in fog]",4', "boat.png,,", head=head)
    asked = Asked("campaign", file, ["pipeline=product-teaser", "seconds=2", "settings=on sand, on snow"]).campaign
    assert asked is not None
    here = str(file.parent / "boat.png")
    assert [row.params for row in asked.rows] == [
        {"photo": here, "settings": ["by a lake, at noon", "in fog"], "seconds": 4},
        {"photo": here, "settings": ["on sand", "on snow"], "seconds": 2},
    ]
    assert [row.name for row in asked.rows] == ["Product teaser 1", "Product teaser 2"]


async def made(file: Path, **more: Any) -> Summary:
    production = await campaign(str(file), "moving-picture", **more)
    assert isinstance(production, Summary)
    return production


@pytest.mark.slow
async def test_a_second_run_pays_nothing_and_tries_again_what_failed(
    service: Emulator, submits: Submits, tmp_path: Path, prefect_server: str
) -> None:
    """Of three rows one fails: the others are there; the next run asks for that one alone."""
    rows = ["Calm,boat.png,It rocks,,2", "Storm,boat.png,An indecent wave,,2", "Dusk,boat.png,It rocks,It sinks,2"]
    first = await made(boats(tmp_path, *rows), at_once=1)
    assert submits() == ["It rocks", "An indecent wave", "It sinks"]
    assert first.state == "partly"
    assert [(row["name"], row["state"], row["cached"]) for row in first.rows] == [
        ("Calm", "done", 0),
        ("Storm", "failed", 0),
        ("Dusk", "done", 1),
    ]
    assert "DataInspectionFailed" in first.rows[1]["error"]
    again = await made(boats(tmp_path, *rows))
    assert submits()[3:] == ["An indecent wave"]
    assert (again.manifest.cost_cny, again.manifest.saved_cny) == (0, Decimal("1.80"))
    _look_at(first)


def _look_at(found: Summary) -> None:
    """The folder says the same in every form, and every link of its page leads somewhere."""
    home = Path(found.uri)
    with (home / "summary.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["name"], line["state"], line["cost_cny"]) for line in lines] == [
        ("Calm", "done", "0.6"),
        ("Storm", "failed", "0"),
        ("Dusk", "done", "0.6"),
    ]
    said = json.loads((home / "summary.json").read_text(encoding="utf-8"))
    assert said[2]["parameters"]["then"] == "It sinks"
    assert all(Path(path).is_file() for line in said for path in line["files"])
    page = (home / "index.html").read_text(encoding="utf-8")
    links = [part.partition('"')[0] for part in page.split('href="')[1:]]
    assert sum(link.endswith("/index.html") for link in links) >= 2
    for link in links:
        assert link.startswith("data:") or (home / link).is_file(), link
    assert "DataInspectionFailed" in page


async def test_the_limit_holds_for_all_rows_together(
    service: Emulator, submits: Submits, tmp_path: Path, prefect_server: str
) -> None:
    """Each row alone would pass, all of them do not: nothing is sent."""
    file = boats(tmp_path, ",boat.png,It rocks,,2", ",boat.png,It sinks,,2")
    with pytest.raises(BudgetExceeded, match=r"1\.20? CNY, over the limit of 1 CNY; nothing was sent"):
        await campaign(str(file), "moving-picture", max_cost=Decimal(1))
    assert submits() == []


@pytest.mark.slow
async def test_all_rows_are_counted_against_one_run(service: Emulator, tmp_path: Path, prefect_server: str) -> None:
    """What every row cost stands where the campaign's next process looks, not one row's next run."""
    file = boats(tmp_path, ",boat.png,It rocks,,2", ",boat.png,It sinks,,2")
    made = await campaign(str(file), "moving-picture", max_cost=Decimal(2))
    assert made.state == "done"
    noted = await MediaStorage(url=str(tmp_path / "media")).list("budgets")
    assert {path.split("/")[1] for path in noted} == {made.manifest.flow_run_id} and len(noted) == 2


@pytest.mark.slow
async def test_a_campaign_that_delivers_nothing_fails_with_the_reasons(
    service: Emulator, tmp_path: Path, prefect_server: str
) -> None:
    """The flow fails, naming row and reason; its summary is there all the same."""
    with pytest.raises(ProductionFailed, match="Storm: first clip: DataInspectionFailed") as caught:
        await campaign(str(boats(tmp_path, "Storm,boat.png,An indecent wave,,2")), "moving-picture")
    assert (Path(caught.value.production.uri) / "summary.csv").is_file()


@pytest.mark.slow
def test_the_command_makes_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_server: str) -> None:
    """Rendered in full: three films of the lengths that their rows say, and a table within 80 columns."""
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    monkeypatch.delenv("DASHSCOPE_BASE_URL", raising=False)
    monkeypatch.setenv("WANFLOW_STORAGE", str(tmp_path / "media"))
    monkeypatch.setenv("COLUMNS", "80")
    result = wanflow("run", "campaign", "-f", str(EXAMPLE), "-p", "pipeline=moving-picture")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["Row", "Production", "State", "Calls", "Cached", "Cost"]
    assert [line.split()[0] for line in lines[1:4]] == ["1", "2", "3"]
    assert max(map(len, lines[:4])) <= 80
    (summary,) = tmp_path.glob("media/productions/campaign-*/summary.json")
    rows = json.loads(summary.read_text(encoding="utf-8"))
    films = [next(path for path in row["files"] if path.endswith("film.mp4")) for row in rows]
    seen = [probe(film) for film in films]
    assert [film.seconds for film in seen] == [pytest.approx(length, abs=0.15) for length in (2, 4, 2)]
    assert all(film.video_codec == "h264" and film.has_audio for film in seen)
    assert all((film.width or 0) / (film.height or 1) == pytest.approx(3 / 4, abs=0.03) for film in seen)
