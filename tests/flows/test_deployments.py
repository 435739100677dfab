"""Deployments, and what a Prefect server must know before they are served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate, GlobalConcurrencyLimitUpdate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelling, Pending, Running
from pydantic import BaseModel, Field, SecretStr

from blocks import catalog
from blocks.dashscope import DashScope
from blocks.storage import MediaStorage
from flows import productions
from flows.deployments import TAG, deployments, entrypoint
from flows.registration import save_blocks, save_limits, saved_deployments, take_up_runs
from tasks.shared_limits import LIMIT_PREFIX

KEY = "sk-test-never-shown"
ROOT = Path(__file__).parents[2]


class Story(BaseModel):
    title: str = Field(description="What it is called.")


@flow(name="film", description="Makes a film.")
def film(storyboard: Story) -> str:
    return storyboard.title


@flow(name="product-teaser", description="Makes a teaser.")
def teaser(look: str = "soft") -> str:
    return look


@pytest.fixture
def served() -> ModuleType:
    """A module as `flows.productions` is one."""
    module = ModuleType("stub_productions")
    found: Any = module
    found.flows_to_serve = lambda: [film, teaser]
    found.film, found.product_teaser = film, teaser
    return module


@pytest.fixture
def server(prefect_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    monkeypatch.chdir(tmp_path)
    for name in ("DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL", "WANFLOW_STORAGE", "WANFLOW_STORAGE_OPTIONS"):
        monkeypatch.delenv(name, raising=False)
    yield prefect_server


@pytest.fixture
async def client(server: str, registered: None) -> Any:
    async with get_client() as found:
        yield found


async def applied(module: ModuleType) -> dict[str, DeploymentResponse]:
    known = {deployment.name: deployment for deployment in await saved_deployments(TAG)}
    for deployment in deployments(module, known=known):
        await deployment.aapply()
    return {deployment.name: deployment for deployment in await saved_deployments(TAG)}


def test_every_production_is_a_deployment() -> None:
    """Every flow that wanflow has becomes a deployment of its own name, found again by module and attribute."""
    made = deployments(productions)
    assert [one.name for one in made] == [one.name for one in productions.flows_to_serve()]
    assert made[0].entrypoint == "flows.productions.film"


def test_the_film_is_filled_in_with_an_example_that_its_flow_takes() -> None:
    """The film's form comes filled in, and the flow would run with what stands there."""
    made = {one.name: one for one in deployments(productions)}["film"]
    assert productions.film.validate_parameters(made.parameters)["storyboard"].scenes


def test_a_flow_that_a_run_could_not_find_is_refused(served: ModuleType) -> None:
    """A flow that is no attribute of its module is refused now, not when somebody runs it."""
    del served.product_teaser
    with pytest.raises(LookupError, match="product_teaser"):
        entrypoint(teaser, served)


async def test_the_form_is_drawn_from_the_types(client: PrefectClient, served: ModuleType) -> None:
    """The server knows each parameter's type and description, so the UI draws a form."""
    found = await applied(served)
    schema = found["film"].parameter_openapi_schema
    assert schema["definitions"]["Story"]["properties"]["title"]["description"] == "What it is called."
    assert found["product-teaser"].description == "Makes a teaser."


async def test_the_example_schedule_is_paused_at_first(client: PrefectClient, served: ModuleType) -> None:
    """One schedule comes along, and nothing runs before somebody wants it."""
    found = await applied(served)
    assert [(one.active, one.slug) for one in found["film"].schedules] == [(False, "example")]
    assert not found["product-teaser"].schedules


async def test_serving_again_keeps_what_the_user_set(client: PrefectClient, served: ModuleType) -> None:
    """A schedule set going and parameters filled in by the user survive the next start."""
    film = (await applied(served))["film"]
    await client.update_deployment_schedule(film.id, film.schedules[0].id, active=True)
    await client.update_deployment(film.id, DeploymentUpdate(parameters={"storyboard": {"title": "Mine"}}))
    again = (await applied(served))["film"]
    assert [one.active for one in again.schedules] == [True]
    assert again.parameters == {"storyboard": {"title": "Mine"}}


async def test_a_key_in_the_environment_becomes_a_block(client: PrefectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the environment is saved as the block `default`, readable only by asking for secrets."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    assert "dashscope/default" in await save_blocks()
    document = await client.read_block_document_by_name("default", "dashscope", include_secrets=False)
    assert KEY not in document.model_dump_json()
    block = await DashScope.aload("default")
    assert block.api_key == SecretStr(KEY)


async def test_a_silent_environment_saves_no_account(client: PrefectClient) -> None:
    """Without a key no account is saved, but the storage is."""
    assert await save_blocks() == ["media-storage/default"]
    with pytest.raises(ObjectNotFound):
        await client.read_block_document_by_name("default", "dashscope")


async def test_a_silent_environment_keeps_the_saved_storage(client: PrefectClient, tmp_path: Path) -> None:
    """A storage that somebody saved stays when the environment says nothing about it."""
    await MediaStorage(url=str(tmp_path / "elsewhere")).asave("default")
    assert await save_blocks() == []
    assert (await MediaStorage.aload("default")).url.endswith("elsewhere")


async def test_documented_rates_become_limits_once(client: PrefectClient) -> None:
    """Each documented submit rate becomes a limit, and one that somebody changed stays changed."""
    rows = list(catalog.MODELS.values())[:3]
    names = [LIMIT_PREFIX + row.id for row in rows if row.limits.submits_per_second]
    assert names
    try:
        assert await save_limits(rows) == names
        await client.update_global_concurrency_limit(names[0], GlobalConcurrencyLimitUpdate(slot_decay_per_second=9.0))
        assert await save_limits(rows) == []
        kept = await client.read_global_concurrency_limit_by_name(names[0])
        assert kept.slot_decay_per_second == 9.0
    finally:
        for name in names:
            await client.delete_global_concurrency_limit_by_name(name)


@pytest.mark.slow
async def test_interrupted_runs_go_on(client: PrefectClient, served: ModuleType) -> None:
    """A run whose process ended in the middle is scheduled again; one that was being cancelled is cancelled."""
    teaser = (await applied(served))["product-teaser"]
    states = [Running(), Pending(), Cancelling()]
    runs = [await client.create_flow_run_from_deployment(teaser.id, state=state) for state in states]
    finished = await client.create_flow_run_from_deployment(teaser.id)
    taken = await take_up_runs(TAG)
    after = [(await client.read_flow_run(run.id)).state_type for run in (*runs, finished)]
    assert [str(state.value) for state in after if state] == ["SCHEDULED", "SCHEDULED", "CANCELLED", "SCHEDULED"]
    assert sorted(taken) == sorted(run.name for run in runs[:2])


async def test_a_run_of_a_flow_of_somebody_else_is_left_alone(client: PrefectClient, served: ModuleType) -> None:
    """Runs that no deployment of ours started are not touched."""
    run = await client.create_flow_run(teaser, state=Running())
    await applied(served)
    assert await take_up_runs(TAG) == []
    state = (await client.read_flow_run(run.id)).state
    assert state is not None
    assert state.is_running()


def test_every_production_can_be_deployed_to_a_work_pool() -> None:
    """`prefect.yaml` has an entry for each flow that `wanflow up` serves, and each finds its flow."""
    entries = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    found = [entry["entrypoint"].partition(":") for entry in entries]
    assert {module for module, _, _ in found} == {"flows/productions.py"}
    names = {getattr(productions, attribute).name for _, _, attribute in found}
    assert names == {"generate"} | {flow.name for flow in productions.flows_to_serve()}
    assert all(entry["name"] == "pool" and entry["tags"] == [TAG] for entry in entries)
