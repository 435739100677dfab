"""A person decides: in the UI the run pauses with a form, at a terminal a line is read, elsewhere it is refused."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.emulator import Emulator
from flows import asking
from flows.asking import Manner, NotAnswered, NotApproved, Question
from flows.document import InvalidInput
from flows.pipeline import Pipeline
from flows.productions import pipeline_flow
from flows.prompting import ask_here
from tasks.session import Session

Made = Callable[..., Pipeline]
Submits = Callable[[], list[str]]
SHOT = "model: wan2.6-t2v, parameters: {duration: 2, size: 1280*720}"
PERSON = f"""
    shot: {{takes: 2, choose: person, {SHOT}, input: {{prompt: a street}}}}
    other: {{takes: 2, choose: person, {SHOT}, input: {{prompt: a square}}}}
    """


@pytest.fixture(autouse=True)
async def quick(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Looks often, and asks as a fresh run would."""
    monkeypatch.setattr(asking, "POLL_SECONDS", 0.05)
    before = asking.manner.set(Manner())
    yield
    asking.manner.reset(before)


async def come(look: Callable[[], Awaitable[Any]]) -> Any:
    """What a look finds, as soon as it finds something."""
    while True:
        if found := await look():
            return found
        await asyncio.sleep(0.02)


async def answered(title: str, *forms: dict[str, Any]) -> list[Any]:
    """Answers the pauses of a flow's run, one after the other; gives what each form said."""
    said: list[Any] = []
    seen: list[Any] = []
    async with get_client() as client:

        async def form_of_next_pause() -> Any:
            for run in await client.read_flow_runs(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[title]))):
                keyset = run.state.state_details.run_input_keyset if run.state else None
                if not run.state or not run.state.is_paused() or (run.id, keyset) in seen:
                    continue
                try:
                    words = await client.read_flow_run_input(run.id, (keyset or {})["description"])
                except PrefectHTTPStatusError:
                    return None  # the form is on its way
                seen.append((run.id, keyset))
                said.append(words)
                return run
            return None

        for form in forms:
            paused = await come(form_of_next_pause)
            await client.resume_flow_run(paused.id, run_input=form)
    return said


@pytest.mark.slow
async def test_a_person_chooses_each_variant_in_the_ui(
    session: Session, pipeline_of: Made, submits: Submits, tmp_path: Path
) -> None:
    """The run pauses once for each choice, shows where the variants are, and goes on with those chosen."""
    pipeline = pipeline_of(PERSON, deliver={"a.mp4": "${shot.video}"}).model_copy(update={"pipeline": tmp_path.name})
    run = asyncio.create_task(pipeline_flow(pipeline)())
    said = await asyncio.wait_for(answered(tmp_path.name, {"variant": "2"}, {"variant": "2"}), 60)
    production = await run
    assert production.state == "done"
    chosen = {step.name: step.chosen for step in production.manifest.steps}
    assert chosen == {"shot": ["shot: 2 of 2 (person)"], "other": ["other: 2 of 2 (person)"]}
    assert all("which variant?" in words and "/generations/" in words for words in said)
    assert len(submits()) == 4
    made = [one for one in production.manifest.generations if one.step == "shot"]
    assert production.manifest.deliverables[0].asset.sha256 == made[1].assets[0].sha256


async def test_nothing_is_sent_before_the_plan_is_approved(
    session: Session, pipeline_of: Made, submits: Submits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No is no; yes goes on. The form shows the steps and their price; who started the run is told where it is."""
    pipeline = pipeline_of(f"\n    shot: {{{SHOT}, input: {{prompt: a street}}}}\n").model_copy(
        update={"pipeline": tmp_path.name}
    )
    told: list[str] = []
    monkeypatch.setattr(asking, "waiting", ContextVar("waiting", default=told.append))
    refused = asyncio.create_task(pipeline_flow(pipeline)(approve=True))
    [words] = await asyncio.wait_for(answered(tmp_path.name, {"approve": False}), 60)
    async with get_client() as client:
        [run] = await client.read_flow_runs(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[tmp_path.name])))
    assert f"Waits for a person: {tmp_path.name}: ¥1.20, go on?" in told[0] and "again without --approve;" in told[1]
    assert re.search(rf"Answer at http://127\.0\.0\.1:\d+/runs/flow-run/{run.id} within 24 h", told[0])
    with pytest.raises(NotApproved, match="nothing was sent"):
        await refused
    assert "| shot | wan2.6-t2v | 1 | ¥1.20 |" in words and submits() == []
    approved = asyncio.create_task(pipeline_flow(pipeline)(approve=True))
    await asyncio.wait_for(answered(tmp_path.name, {"approve": True}), 60)
    assert (await approved).state in ("done", "partly") and submits() == ["a street"]


@pytest.mark.slow
async def test_a_command_without_a_terminal_says_that_it_waits_and_where(
    service: Emulator, prefect_server: str, submits: Submits, tmp_path: Path
) -> None:
    """Its run waits in the UI; stderr names the run's page and the way without asking; the answer lets it go on."""
    name = tmp_path.name
    file = tmp_path / "lane.yaml"
    steps = f"steps:\n  shot: {{{SHOT}, input: {{prompt: a lane}}}}\ndeliver: {{a.mp4: '${{shot.video}}'}}\n"
    file.write_text(f"pipeline: {name}\n{steps}", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "flows.cli", "run", str(file), "--approve"],
        env={**os.environ, "PREFECT_API_URL": prefect_server, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    answers = asyncio.create_task(answered(name, {"approve": True}))
    _, err = await asyncio.wait_for(process.communicate(), 120)
    await answers
    said = err.decode()
    assert process.returncode == 0 and submits() == ["a lane"], said
    assert said.count("Waits for a person: ") == 1 and "/runs/flow-run/" in said and "without --approve" in said
    assert said.splitlines()[:3] == [
        f"{name}: one generation, ¥1.20",
        f"service {service.base_url}",
        f"storage {tmp_path / 'media'} (WANFLOW_STORAGE)",
    ]


async def test_where_nobody_can_be_asked_it_is_refused_before_anything_is_sent(
    planned: Callable[..., Any], service: Emulator
) -> None:
    """No terminal, no server: the error names the way out, and `--choose-first` is one."""
    plan = await planned(f"pipeline: p\nsteps:{PERSON}")
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        with pytest.raises(InvalidInput, match=r"a person chooses the variant of shot, other, .*--choose-first"):
            asking.check_answerable(plan)
        asking.check_answerable(plan, at_terminal=True)
        asking.settle(approve=False, choose_first=True)
        asking.check_answerable(plan)
        asking.settle(approve=True, choose_first=False)
        with pytest.raises(InvalidInput, match="a person approves the plan, and nobody can be asked here"):
            asking.check_answerable(plan)


async def test_a_terminal_asks_until_the_answer_is_a_number_of_the_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no number of the list is asked again; the end of the input is no answer."""
    leader, follower = os.openpty()
    with os.fdopen(follower, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        question = Question("which variant?", ["/media/a.mp4", "/media/b.mp4"])
        asked = asyncio.create_task(ask_here(question))
        os.write(leader, b"seven\n3\n2\n")
        assert await asyncio.wait_for(asked, 10) == 1
        os.write(leader, b"\x04")
        with pytest.raises(NotAnswered):
            await asyncio.wait_for(ask_here(question), 10)
    os.close(leader)
    said = capsys.readouterr().err
    assert "2  /media/b.mp4" in said and "'seven' is none of them." in said and "'3' is none of them." in said


@pytest.mark.parametrize(
    ("typed", "number"),
    [("y", 0), ("Yes", 0), ("1", 0), ("yes, send it", 0), ("n", 1), ("NO", 1), ("no, send nothing", 1)],
)
async def test_yes_and_no_are_answers_where_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, number: int
) -> None:
    """The number, the word, its beginning and the whole answer are taken; the question names the words."""
    leader, follower = os.openpty()
    with os.fdopen(follower, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        question = Question("Go on?", ["yes, send it", "no, send nothing"], ("yes", "no"))
        os.write(leader, f"maybe\n{typed}\n".encode())
        assert await asyncio.wait_for(ask_here(question), 10) == number
    os.close(leader)
    said = capsys.readouterr().err
    assert "1 to 2, yes, no: " in said and said.count("is none of them.") == 1
