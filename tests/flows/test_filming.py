"""A brief is priced before it is written, and who is to write it may fail."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
import typer

from blocks import catalog
from blocks.emulator import Emulator, Scenario
from flows import film
from flows.asked import Asked
from flows.document import InvalidInput
from flows.filming import NotWritten, make_film, plan_film
from flows.invocation import guarded
from flows.storyboard import Storyboard
from tasks.session import open_session


async def test_each_scene_to_be_written_has_its_price(tmp_path: Path) -> None:
    """Three scenes of ten seconds are paid three times, although nobody knows yet what they show."""
    board = Storyboard.model_validate({"title": "Rain", "brief": {"text": "A boat", "scenes": 3, "seconds": 30}})
    asked: set[str] = set()
    async with open_session(str(tmp_path / "media"), offline=True) as session:
        for _ in range(2):
            plan = await plan_film(board, session, asked)
            assert (plan.calls, plan.total_cny, plan.unknown) == (3, Decimal("30.00"), ["storyboard"])
            assert "price per token, ¥0.0180 at most, is not part" in plan.warnings[0]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("qwen-plas", r"there is no model 'qwen-plas'; the nearest: qwen-plus"),
        ("wan2.6-t2v", r"wan2\.6-t2v writes no text"),
        ("qwen-plus", r"qwen-plus is served in beijing, not in singapore"),
    ],
)
async def test_who_writes_is_checked_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, said: str
) -> None:
    """Like every other model: there is one, it writes, and the region in use has it."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-nobody")
    monkeypatch.setenv("DASHSCOPE_BASE_URL", "https://dashscope-intl.aliyuncs.com/api/v1")
    monkeypatch.setitem(vars(catalog.find("qwen-plus")), "regions", ("beijing",))
    (tmp_path / "board.yaml").write_text(f"title: Rain\nbrief: {{text: A boat, model: {model}}}\n", encoding="utf-8")
    asked = Asked("film", tmp_path / "board.yaml", [])
    async with open_session(str(tmp_path / "media"), offline=True) as session:
        with pytest.raises(InvalidInput, match=rf"^board\.yaml:2:23: brief\.model: {said}"):
            await asked.plan(session)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("weather", "said"),
    [
        ("lose_answer", r"qwen-plus wrote no storyboard: .*\nIt may be billed; run again to ask anew\."),
        ("refuse", "qwen-plus wrote no storyboard: "),
        (None, "qwen-plus (did not answer with JSON|wrote no scenes)"),
    ],
)
async def test_a_brief_that_is_not_written(
    prefect_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    weather: str | None,
    said: str,
) -> None:
    """Its model was asked: it is no mistake of the user's without cost, but a failure that says what to do, code 3."""
    board = Storyboard.model_validate({"title": "Rain", "brief": {"text": "A boat", "scenes": 3, "seconds": 30}})
    scenario = Scenario.model_validate({"rules": [{"at": "chat", "do": weather}] if weather else []})
    if weather is None:
        monkeypatch.setattr(film, "WRITER", "Answer with any JSON object.")
    with Emulator(render="none", scenario=scenario) as service:
        monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-test")
        monkeypatch.setenv("DASHSCOPE_BASE_URL", service.base_url)
        async with open_session(str(tmp_path / "media")) as session:
            with pytest.raises(NotWritten) as caught:
                await make_film(board, session)

    def fails() -> None:
        raise caught.value

    with pytest.raises(typer.Exit) as ended:
        guarded(fails, False)
    assert ended.value.exit_code == 3 and re.match(f"brief: {said}", capsys.readouterr().err)
