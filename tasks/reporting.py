"""What the Prefect UI shows of a production: plan, progress, contact sheet, costs, a link; and events for automations.

Everything here needs a flow run and does nothing without one, and none of it can stop a production: what cannot be
shown is logged and forgotten. Artifacts of the same key are versions of one another in the UI, so that
``film-cost`` tells the history of what films cost.
"""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from decimal import Decimal
from io import BytesIO
from typing import Any, Final, Literal, ParamSpec, TypeVar
from urllib.parse import quote, urlsplit
from uuid import UUID

from PIL import Image
from prefect.artifacts import (
    acreate_image_artifact,
    acreate_link_artifact,
    acreate_markdown_artifact,
    acreate_progress_artifact,
    acreate_table_artifact,
    aupdate_progress_artifact,
)
from prefect.context import FlowRunContext
from prefect.events import emit_event
from prefect.logging import get_run_logger

from tasks.prices import price as price
from tasks.produced import Priced, Produced

PICTURE_BYTES: Final = 300_000
"""A picture inside a markdown artifact lives in the server's database and on every page that lists it: small."""

P = ParamSpec("P")
R = TypeVar("R")


def key(*parts: str) -> str:
    """An artifact key: lowercase letters, digits and dashes, e.g. ``film-cost``; never empty."""
    return re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-") or "production"


async def plan_table(
    rows: Iterable[Mapping[str, Any]],
    total: Decimal | None,
    *,
    pipeline: str,
    title: str,
    unknown: int = 0,
    seconds: tuple[float, float] | None = None,
) -> UUID | None:
    """Show what a pipeline will do and cost, before it does.

    Args:
        rows: a row per step, a column per key in the order given; money as Decimal, None where the price is unknown.
        total: the sum of what is known, CNY.
        unknown: how many requests have no documented price.
        seconds: how long the whole is likely to take, from, to.
    """
    note = f"**{_plain(title)}**: {price(total)}"
    if unknown:
        note += f", and {unknown} of unknown price"
    if seconds:
        note += f"; likely {seconds[0]:.0f} to {seconds[1]:.0f} s"
    return await _shown(
        acreate_table_artifact, table=[_row(row) for row in rows], key=key(pipeline, "plan"), description=note
    )


async def cost_table(manifest: Produced) -> UUID | None:
    """Show what a production cost: a row per generation, the sums in the description."""
    rows = [
        {
            "Step": g.step,
            "Model": g.model,
            "Status": "cached" if g.cached else g.status.lower(),
            "Quoted": price(g.quoted_cny),
            "Cost": "–" if g.cached else price(g.cost_cny),
            "Took": "–" if g.seconds_taken is None else f"{g.seconds_taken:.1f} s",
        }
        for g in manifest.generations
    ]
    return await _shown(
        acreate_table_artifact, table=rows, key=key(manifest.pipeline, "cost"), description=_sums(manifest)
    )


async def summary_table(rows: Iterable[Mapping[str, Any]], manifest: Produced) -> UUID | None:
    """Show what came of each row of a campaign, and what all of them cost."""
    return await _shown(
        acreate_table_artifact,
        table=[_row(row) for row in rows],
        key=key(manifest.pipeline, "summary"),
        description=_sums(manifest),
    )


def _sums(manifest: Produced) -> str:
    """What a production cost, what the cache saved, and how much is not known."""
    note = f"**{_plain(manifest.title)}**: {price(manifest.cost_cny)}"
    if manifest.saved_cny:
        note += f", saved by the cache {price(manifest.saved_cny)}"
    if manifest.unknown_costs:
        note += f", and {manifest.unknown_costs} of unknown cost"
    return note


class Progress:
    """A progress bar in the UI, moved at most every ``every`` seconds however often it is told.

    The first move, the last and the move to 100 % are always shown, so the bar never ends short of the truth.
    """

    def __init__(
        self, *, pipeline: str, title: str, every: float = 2.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._key = key(pipeline, "progress")
        self._title = _plain(title)
        self._every = every
        self._clock = clock
        self._artifact: UUID | None = None
        self._shows = True
        self._moving = asyncio.Lock()
        self._next = 0.0
        self._pending: tuple[float, str] | None = None

    async def update(self, done: float, total: float, words: str = "") -> None:
        """Say how far the work is.

        Args:
            done: how much of ``total`` is done, in any unit.
            words: what goes on now, e.g. ``scene 2: rendering``.
        """
        percent = 100.0 if total <= 0 else max(0.0, min(100.0, 100.0 * done / total))
        self._pending = (percent, words)
        if percent >= 100 or self._clock() >= self._next:
            await self.flush()

    async def flush(self) -> None:
        """Show what was said last, at once."""
        async with self._moving:
            if self._pending is None or not self._shows:
                return
            (percent, words), self._pending = self._pending, None
            self._next = self._clock() + self._every
            await self._move(round(percent, 1), f"{self._title}: {_plain(words)}" if words else self._title)

    async def _move(self, percent: float, note: str) -> None:
        if self._artifact is None:
            self._artifact = await _shown(acreate_progress_artifact, progress=percent, key=self._key, description=note)
            self._shows = self._artifact is not None
        else:
            await _shown(aupdate_progress_artifact, artifact_id=self._artifact, progress=percent, description=note)


async def contact_sheet_artifact(jpeg: bytes, *, pipeline: str, title: str, link: str | None = None) -> UUID | None:
    """Show the contact sheet of a production.

    Args:
        jpeg: the sheet. Shown inline, made smaller until it fits ``PICTURE_BYTES``, when nothing links to it.
        link: where a browser finds the sheet, http(s); shown instead of the bytes. Do not hand over a presigned URL:
            it would be kept in the server's database.
    """
    name, description = key(pipeline, "contact-sheet"), f"Contact sheet of {_plain(title)}"
    if link and _is_web(link):
        return await _shown(acreate_image_artifact, image_url=link, key=name, description=description)
    return await _shown(_inline, key=name, jpeg=jpeg, description=description)


async def _inline(*, key: str, jpeg: bytes, description: str) -> UUID:
    """The UI prints an image artifact's whole URI under the picture; inside markdown it shows the picture alone."""
    inline = base64.b64encode(await asyncio.to_thread(_small, jpeg)).decode()
    markdown = f"![{description}](data:image/jpeg;base64,{inline})"
    return await acreate_markdown_artifact(markdown=markdown, key=key, description=description)


async def production_link(uri: str, title: str, *, pipeline: str = "production") -> UUID | None:
    """Show where a production is: a link when a browser can follow it, the place as text otherwise.

    Args:
        uri: of the review page or the production's folder; anything but http(s) is shown as text, since a browser
            follows no link from the UI to a disk or an object store.
    """
    name, description = key(pipeline, "production"), f"Where {_plain(title)} is"
    if _is_web(uri):
        bare = urlsplit(uri)._replace(query="", fragment="").geturl()
        return await _shown(
            acreate_link_artifact,
            link=quote(bare, safe=":/%@"),
            link_text=_plain(title),
            key=name,
            description=description,
        )
    fence = "`" * (max((len(run) for run in re.findall("`+", uri)), default=0) + 3)
    markdown = f"### {_plain(title)}\n\n{fence}text\n{uri}\n{fence}\n"
    return await _shown(acreate_markdown_artifact, markdown=markdown, key=name, description=description)


def generation_event(generation: Priced, outcome: Literal["succeeded", "failed"]) -> None:
    """Emit ``wanflow.generation.succeeded`` or ``wanflow.generation.failed`` for automations."""
    _emit(
        f"wanflow.generation.{outcome}",
        resource={
            "prefect.resource.id": f"wanflow.generation.{generation.fingerprint}",
            "prefect.resource.name": generation.step,
            "wanflow.model": generation.model,
        },
        payload={
            "model": generation.model,
            "step": generation.step,
            "fingerprint": generation.fingerprint,
            "task_id": generation.task_id,
            "status": generation.status,
            "cached": generation.cached,
            "cost_cny": _number(generation.cost_cny),
            "error": generation.error,
        },
    )


def production_event(manifest: Produced) -> None:
    """Emit ``wanflow.production.finished`` for automations, with what it cost and how it ended."""
    _emit(
        "wanflow.production.finished",
        resource={
            "prefect.resource.id": f"wanflow.production.{manifest.production}",
            "prefect.resource.name": manifest.title or manifest.production,
            "wanflow.pipeline": manifest.pipeline,
            "wanflow.state": manifest.state,
        },
        payload={
            "title": manifest.title,
            "pipeline": manifest.pipeline,
            "state": manifest.state,
            "generations": len(manifest.generations),
            "cost_cny": _number(manifest.cost_cny),
            "saved_cny": _number(manifest.saved_cny),
            "unknown_costs": manifest.unknown_costs,
        },
    )


async def _shown(make: Callable[P, Coroutine[Any, Any, R]], *args: P.args, **kwargs: P.kwargs) -> R | None:
    if FlowRunContext.get() is None:
        return None
    try:
        return await make(*args, **kwargs)
    except Exception as error:
        what = kwargs.get("key") or kwargs.get("description")
        get_run_logger().warning("Not shown in the UI: %s (%s: %s)", what, type(error).__name__, error)
        return None


def _emit(event: str, *, resource: dict[str, str], payload: dict[str, Any]) -> None:
    run = FlowRunContext.get()
    if run is None or run.flow_run is None:
        return
    try:
        emit_event(event, resource=resource, payload=payload)
    except Exception as error:
        get_run_logger().warning("Event %s was not sent (%s: %s)", event, type(error).__name__, error)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row for the UI: money as words, an unknown price as such; everything else as text it can print."""
    return {
        name: price(value) if isinstance(value, Decimal) else "unknown" if value is None else _cell(value)
        for name, value in row.items()
    }


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value))
    return value if isinstance(value, bool | int | float | str) else str(value)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _is_web(uri: str) -> bool:
    return urlsplit(uri).scheme in ("http", "https")


def _plain(text: str) -> str:
    """A title as itself, not as markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>#|!~])", r"\\\1", " ".join(text.split()))


def _small(jpeg: bytes) -> bytes:
    """The picture within ``PICTURE_BYTES`` of base64 text, smaller and coarser as needed."""
    limit = PICTURE_BYTES * 3 // 4
    width = 1280
    while len(jpeg) > limit and width >= 320:
        with Image.open(BytesIO(jpeg)) as picture:
            picture.thumbnail((width, width * 4))
            out = BytesIO()
            picture.convert("RGB").save(out, "JPEG", quality=72, optimize=True)
        jpeg, width = out.getvalue(), width * 3 // 4
    return jpeg
