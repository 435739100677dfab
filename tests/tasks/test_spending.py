"""What was paid is kept in storage, each generation once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect import flow

from blocks import catalog
from blocks.storage import MediaStorage
from tasks import finished, generation, spending
from tasks.generation import generate
from tasks.session import now
from tests.tasks.conftest import Died, Open, asked


@pytest.mark.slow
async def test_each_paid_generation_is_noted_once(studio: Open) -> None:
    """Run twice, two requests leave two notes with model, cost and run; what is cached is not paid again."""
    here = studio()

    @flow(name="noted", flow_run_name="noted: a film")
    async def noted() -> list[Any]:
        async with here.session():
            return [await generate(asked()), await generate(asked("another street"))]

    made = await noted()
    await noted()
    found = await spending.spent(here.storage)
    assert {one.task_id: one.cost_cny for one in found} == {one.task_id: one.cost_cny for one in made}
    assert {(one.model, one.run, one.emulated) for one in found} == {("wan2.6-t2v", "noted: a film", True)}
    assert len(await spending.spent(here.storage, since=now().date() - timedelta(days=1))) == 2
    assert await spending.spent(here.storage, since=now().date() + timedelta(days=2)) == []


@pytest.mark.slow
async def test_a_failed_generation_is_not_noted(studio: Open) -> None:
    """It costs nothing."""
    here = studio(rules=[{"at": "task", "do": "moderate"}])
    assert not (await here.run()).succeeded
    assert await spending.spent(here.storage) == []


@pytest.mark.slow
@pytest.mark.parametrize("seam", ["record", "settle"])
async def test_a_run_that_died_beside_the_note_leaves_one(
    studio: Open, monkeypatch: pytest.MonkeyPatch, seam: str
) -> None:
    """Killed before the note or right after it, the next run has it noted, once."""
    here = studio()

    async def die(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr({"record": spending, "settle": generation.journal}[seam], seam, die)
        with pytest.raises((Died, BaseExceptionGroup)):
            await here.run()
    await here.run()
    assert len(await spending.spent(here.storage)) == 1 and here.submits == 1


async def test_other_files_are_no_notes(tmp_path: Path) -> None:
    """What somebody else put beside the notes is left alone."""
    storage = MediaStorage(url=str(tmp_path))
    for path in ("spending/notes.json", "spending/2026-01-01/notes.txt", "spending/2026-01-01/old/notes.json"):
        await storage.write_json(path, {})
    assert await spending.spent(storage) == []


@pytest.mark.slow
async def test_answers_without_a_task_are_told_apart(studio: Open) -> None:
    """Of a model that answers at once each paid answer is noted, the same request asked again as well."""
    here = studio()
    talk = {"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "say hello"}]}, "parameters": {}}
    for _ in range(2):
        made = await here.run(catalog.request(talk), results=False)
        await here.storage.delete(f"{finished.folder(made.fingerprint)}/outcome.json")
    found = await spending.spent(here.storage)
    assert [one.fingerprint for one in found] == [made.fingerprint] * 2 and {one.task_id for one in found} == {None}
