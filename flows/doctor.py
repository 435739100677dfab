"""`wanflow doctor`: what is configured, what is reachable, what is missing, and what to do about it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, TypeVar

import httpx
from prefect.blocks.core import Block
from rich.console import Console
from rich.table import Table
from rich.text import Text

from blocks.client import AuthenticationError, DashScopeError, is_loopback
from blocks.dashscope import DashScope
from blocks.storage import MediaStorage, StorageUnusable

B = TypeVar("B", bound=Block)
State = Literal["ok", "warn", "fail"]

PATIENCE_SECONDS = 3.0
SPACE_BYTES = 2 * 1024**3
"""Free space below which a film may not find room: raw and styled scenes, the film, temporary files."""

_NO_TASK = "00000000-0000-0000-0000-000000000000"
_MARKS: dict[State, tuple[str, str]] = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


@dataclass(frozen=True)
class Check:
    """One look at one thing.

    Attributes:
        state: ``warn`` is worth knowing, ``fail`` stops a run.
        remedy: what to do; None when nothing is to be done.
    """

    name: str
    state: State
    detail: str
    remedy: str | None = None


def doctor(*, storage: str | None = None, as_json: bool = False, console: Console | None = None) -> int:
    """Look at everything and say what was found.

    Args:
        storage: fsspec URL to look at instead of the configured storage.
        as_json: print ``{"ok", "checks"}`` on stdout instead of a table.
        console: where the table goes.

    Returns:
        The exit code: 0, or 2 when something stops a run.
    """
    checks = asyncio.run(examine(storage))
    failed = any(check.state == "fail" for check in checks)
    if as_json:
        found = {"ok": not failed, "checks": [asdict(check) for check in checks]}
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    else:
        (console or Console()).print(_table(checks))
    return 2 if failed else 0


async def examine(storage: str | None = None) -> list[Check]:
    """Every check, in the order of the table; no key is in any of them.

    Args:
        storage: fsspec URL to look at instead of the configured storage.
    """
    found = [Check("Python", "ok", sys.version.split()[0]), _prefect()]
    server, block = await _server()
    found.append(server)
    found += await _service(block)
    found.append(await _look("storage", lambda: _storage(storage, saved=server.state == "ok")))
    found.append(await _look("font", lambda: asyncio.to_thread(_font)))
    found.append(await _look("video codecs", lambda: asyncio.to_thread(_codecs)))
    return found


async def _look(name: str, check: Callable[[], Awaitable[Check]]) -> Check:
    """What a check did not foresee is a finding too, not the end of the examination."""
    try:
        return await check()
    except Exception as error:
        return Check(name, "fail", f"{type(error).__name__}: {error}")


def _prefect() -> Check:
    try:
        found = version("prefect")
    except PackageNotFoundError:
        return Check("Prefect", "fail", "not installed", "Run `make setup`.")
    if found.startswith("3.8."):
        return Check("Prefect", "ok", found)
    return Check("Prefect", "warn", found, "wanflow is tested with Prefect 3.8; install requirements.lock.")


async def _server() -> tuple[Check, DashScope | None]:
    """Prefect's server, and the DashScope block saved on it."""
    from prefect.settings import PREFECT_API_URL

    name, url = "Prefect server", PREFECT_API_URL.value()
    if not url:
        return Check(name, "ok", "none configured: each run starts a temporary one (`wanflow up` keeps one)"), None
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=not is_loopback(url)) as client:
            answer = await client.get(f"{url.rstrip('/')}/health")
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        remedy = "Start it (`wanflow up`), or unset PREFECT_API_URL for a temporary one."
        return Check(name, "fail", f"{url} does not answer ({_reason(error)})", remedy), None
    return Check(name, "ok", url), await _saved_block(DashScope)


async def _saved_block(kind: type[B]) -> B | None:
    try:
        found = await kind.aload("default")
    except ValueError:
        return None
    return found if isinstance(found, kind) else None


async def _service(block: DashScope | None) -> list[Check]:
    try:
        chosen = DashScope.from_environment()
    except ValueError as error:
        return [Check("service", "fail", str(error), "Correct DASHSCOPE_BASE_URL, or unset it.")]
    source = "the environment" if chosen else "the block dashscope/default"
    chosen = chosen or block
    if chosen is None:
        detail = "no key, no base URL: the embedded emulator, animatics that cost nothing"
        return [Check("service", "ok", detail, "For the real service set DASHSCOPE_API_KEY.")]
    address = chosen.address
    reachable = await _reachable(address, source)
    if reachable.state == "fail":
        return [reachable, _key(chosen, source)]
    return [reachable, await _accepted(chosen, source)]


async def _reachable(address: str, source: str) -> Check:
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=not is_loopback(address)) as client:
            await client.get(address)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        remedy = "Check the network, the proxy, and DASHSCOPE_BASE_URL or the block's region."
        return Check("service", "fail", f"{address} (from {source}) does not answer ({_reason(error)})", remedy)
    return Check("service", "ok", f"{address} (from {source})")


def _key(chosen: DashScope, source: str) -> Check:
    if chosen.api_key is not None:
        return Check("key", "warn", f"set in {source}; nobody could be asked about it")
    return Check("key", "warn", "none", None if is_loopback(chosen.address) else "Set DASHSCOPE_API_KEY.")


async def _accepted(chosen: DashScope, source: str) -> Check:
    """Ask about a task that does not exist: free, and the key is looked at first."""
    if chosen.api_key is None and is_loopback(chosen.address):
        return Check("key", "ok", "none needed: an emulator on this machine")
    missing = None if chosen.api_key else "Set DASHSCOPE_API_KEY, unless the gateway needs none."
    try:
        async with chosen.get_client() as client:
            await asyncio.wait_for(client.query(_NO_TASK), PATIENCE_SECONDS)
    except AuthenticationError as error:
        said = error.code or f"HTTP {error.http_status}"
        return Check("key", "fail", f"refused by {chosen.address} ({said})", error.advice)
    except DashScopeError as error:
        if error.http_status is None or error.http_status >= 500:
            return Check("key", "warn", f"{chosen.address} gave no clear answer: {error.message}", error.advice)
    except TimeoutError:
        return Check("key", "warn", f"no answer within {PATIENCE_SECONDS:.0f} s", "Try again later.")
    return Check(
        "key", "ok", f"accepted (from {source})" if chosen.api_key else "none, and none was asked for", missing
    )


async def _storage(url: str | None, *, saved: bool) -> Check:
    try:
        storage = await _chosen_storage(url, saved=saved)
        await storage.check_writable()
    except (StorageUnusable, ValueError) as error:
        return Check("storage", "fail", str(error), "Choose another with --storage or WANFLOW_STORAGE.")
    folder = storage.local_path("")
    if folder is None:
        return Check("storage", "ok", f"{storage.root}, writable")
    free = shutil.disk_usage(folder).free
    detail = f"{storage.root}, writable, {free / 1024**3:.1f} GB free"
    if free < SPACE_BYTES:
        return Check("storage", "warn", detail, "Make room, or choose another with --storage or WANFLOW_STORAGE.")
    return Check("storage", "ok", detail)


async def _chosen_storage(url: str | None, *, saved: bool) -> MediaStorage:
    from prefect.settings import PREFECT_API_URL

    if saved and url is None and not os.environ.get("WANFLOW_STORAGE") and PREFECT_API_URL.value():
        found = await _saved_block(MediaStorage)
        if found is not None:
            return found
    return MediaStorage.from_environment(url)


def _font() -> Check:
    from blocks.media.fonts import NoFont, find_font

    try:
        path, _ = find_font()
    except NoFont as error:
        return Check("font", "fail", str(error), "Run `make setup`, or install a font with Chinese glyphs.")
    return Check("font", "ok", f"{path.name}, with Chinese glyphs")


def _codecs() -> Check:
    import av

    missing = [name for name in ("libx264", "aac") if not _can_write(name)]
    if missing:
        remedy = "Install PyAV from its wheel: pip install --force-reinstall --only-binary :all: av"
        return Check("video codecs", "fail", f"this FFmpeg cannot write {', '.join(missing)}", remedy)
    return Check("video codecs", "ok", f"H.264 and AAC (PyAV {av.__version__})")


def _can_write(codec: str) -> bool:
    import av.codec

    try:
        av.codec.Codec(codec, "w")
    except ValueError:  # av's UnknownCodecError is one
        return False
    return True


def _reason(error: Exception) -> str:
    return "no answer in time" if isinstance(error, httpx.TimeoutException) else str(error) or type(error).__name__


def _table(checks: list[Check]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        mark, style = _MARKS[check.state]
        text = Text(check.detail)
        if check.remedy:
            text.append(f"\n{check.remedy}", style="dim" if check.state == "ok" else style)
        table.add_row(Text(mark, style=style), check.name, text)
    return table
