"""The built-in pipelines as people use them: with the parameters of their examples, priced, run, and looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import av
import pytest

import flows
from flows.asked import Asked
from flows.plan import Plan
from flows.production import Production
from tasks.session import open_session

EXAMPLES = Path(flows.__file__).parent / "examples"


@pytest.fixture
def example() -> Callable[..., Asked]:
    """A built-in pipeline with the parameters of its example, and others as ``KEY=VALUE`` over them."""

    def read(name: str, *given: str) -> Asked:
        return Asked(name, EXAMPLES / f"{name}.yaml", list(given))

    return read


@pytest.fixture
def held() -> Callable[[Path], tuple[list[str], int]]:
    """The streams of a film, and how many pictures it really holds: all of them are decoded, and all of its sound."""

    def count(path: Path) -> tuple[list[str], int]:
        with av.open(str(path)) as film:
            pictures = sum(isinstance(frame, av.VideoFrame) for frame in film.decode())
            return sorted(stream.type for stream in film.streams), pictures

    return count


@pytest.fixture
def plan_of(example: Callable[..., Asked], tmp_path: Path) -> Callable[..., Awaitable[Plan]]:
    """The plan of a built-in pipeline with the parameters of its example, and others over them."""

    async def plan(name: str, *given: str) -> Plan:
        async with open_session(str(tmp_path / "media"), offline=True) as session:
            return await example(name, *given).plan(session)

    return plan


@pytest.fixture
def made(example: Callable[..., Asked], service: object, prefect_server: str) -> Callable[..., Awaitable[Production]]:
    """A built-in pipeline, run with its example against the service that renders nothing."""

    async def run(name: str, *given: str) -> Production:
        return await example(name, *given).run()

    return run


@pytest.fixture
def rendered(
    example: Callable[..., Asked], prefect_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Awaitable[Production]]:
    """A built-in pipeline, run with its example and no key: the embedded service renders it in full."""
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    monkeypatch.delenv("DASHSCOPE_BASE_URL", raising=False)
    monkeypatch.setenv("WANFLOW_STORAGE", str(tmp_path / "media"))

    async def run(name: str, *given: str) -> Production:
        return await example(name, *given).run()

    return run
