"""A production: what a run delivers. Its folder, its manifest, its review page."""

from __future__ import annotations

import asyncio
import re
import tempfile
import unicodedata
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from pydantic import BaseModel

from blocks import media
from blocks.storage import MediaStorage
from flows import review
from flows.engine import PipelineRun, StepRun
from flows.manifest import Deliverable, Manifest, ManifestGeneration, ManifestScene, ManifestStep, known_total
from flows.pictures import contact_sheet, moments_of, posters
from flows.pipeline import Pipeline
from flows.references import whole
from flows.scope import SWITCHED_OFF, Skipped, StepSkipped
from tasks.asset import Asset
from tasks.importing import described
from tasks.records import Generation
from tasks.session import Session, now


class Production(BaseModel):
    """What a flow delivered.

    Attributes:
        folder: of the production, relative to the storage root.
        uri: of the folder.
        page: URI of the review page.
        contact_sheet: the picture of it all, if anything can be seen.
    """

    manifest: Manifest
    folder: str
    uri: str
    page: str
    contact_sheet: Asset | None = None

    @property
    def state(self) -> str:
        """``done``, ``partly`` or ``failed``."""
        return self.manifest.state


def folder_of(title: str, run: str) -> str:
    """``productions/<title>-<run>``, with a title that is safe as a file name."""
    return f"productions/{_safe(title) or 'production'}-{run}"


def _safe(text: str) -> str:
    """Text as part of a file's name; empty when nothing of it can stay."""
    name = unicodedata.normalize("NFC", text).strip().lower()
    return re.sub(r"[^\w]+", "-", name).strip("-_")[:60]


async def deliver(
    run: PipelineRun,
    *,
    session: Session,
    title: str,
    run_name: str,
    started_at: datetime,
    params: dict[str, Any],
    files: dict[str, str] | None = None,
    scenes: Callable[[PipelineRun, dict[str, str]], list[ManifestScene]] | None = None,
    before: list[tuple[str, Generation]] | None = None,
    flow_run_id: str | None = None,
) -> Production:
    """Bring what a run made into the production's folder, with manifest and review page.

    Args:
        run_name: tells this run's folder from others of the same title.
        files: further text files of the production, by path, e.g. the storyboard.
        scenes: describes a film's scenes for the review page; called with the run and deliverable paths by reference.
        before: generations that came before the pipeline, by step name, e.g. the chat that wrote the storyboard.

    Returns:
        The production; its manifest says ``done``, ``partly`` or ``failed``.
    """
    folder = folder_of(title, run_name)
    delivered, missing, by_reference = await _deliver_files(run, session.storage, folder)
    described = scenes(run, by_reference) if scenes else []
    sheet = await contact_sheet(session.storage, folder, moments_of(delivered, described))
    delivered += await posters(session.storage, folder, delivered)
    texts = {**(files or {}), "pipeline.yaml": pipeline_text(run.pipeline)}
    generations = [_generation(name, None, generation) for name, generation in before or []]
    generations += [
        _generation(step.name, index, generation) for step in run.every_step() for index, generation in step.generations
    ]
    fresh = [one for one in generations if not one.cached and one.status == "SUCCEEDED"]
    failed = bool(missing) or any(step.state == "failed" or step.left_out for step in run.every_step())
    manifest = Manifest(
        wanflow=version("wanflow"),
        production=folder.removeprefix("productions/"),
        title=title,
        pipeline=run.pipeline.pipeline,
        description=run.pipeline.description or None,
        started_at=started_at,
        finished_at=now(),
        storage=session.storage.root,
        service=session.service,
        region="emulator" if session.emulated else session.region,
        state=("partly" if delivered else "failed") if failed else "done",
        params={name: _plain(value) for name, value in params.items()},
        steps=[_step(step) for step in run.every_step()],
        generations=generations,
        deliverables=delivered,
        files=list(texts),
        scenes=described,
        contact_sheet="contact-sheet.jpg" if sheet else None,
        cost_cny=known_total([one.cost_cny for one in fresh]),
        saved_cny=known_total([one.cost_cny for one in generations if one.cached]),
        unknown_costs=sum(one.cost_cny is None for one in fresh),
        flow_run_id=flow_run_id,
    )
    texts |= {"manifest.json": manifest.model_dump_json(indent=2) + "\n", "index.html": review.render(manifest)}
    for path, text in texts.items():
        await session.storage.write_bytes(f"{folder}/{path}", text.encode())
    return Production(
        manifest=manifest,
        folder=folder,
        uri=session.storage.uri(folder),
        page=session.storage.uri(f"{folder}/index.html"),
        contact_sheet=sheet,
    )


async def _deliver_files(
    run: PipelineRun, storage: MediaStorage, folder: str
) -> tuple[list[Deliverable], list[str], dict[str, str]]:
    delivered: list[Deliverable] = []
    missing: list[str] = []
    by_reference: dict[str, str] = {}
    for path, target in run.pipeline.deliver.items():
        try:
            value = run.scope.look_up(whole(target) or ())
        except StepSkipped:
            missing.append(path)
            continue
        found = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Asset)]
        if not found:
            missing.append(path)
        for name, asset in zip(_names(path, _rows(run, target, len(found))), found, strict=True):
            copied = await _copy(storage, asset, f"{folder}/{name}")
            delivered.append(Deliverable(path=name, asset=_public(copied, storage, f"{folder}/{name}")))
            by_reference[target] = name
    wanted = [path for path in missing if not _left_out(run, path)]
    return delivered, wanted, by_reference


def _left_out(run: PipelineRun, path: str) -> bool:
    """Whether a deliverable is missing on purpose: its step was skipped by its ``when``, not by a failure."""
    alternatives = whole(run.pipeline.deliver[path]) or ()
    steps = [run.steps[one.name] for one in alternatives if one.name in run.steps]
    return bool(steps) and all(step.reason == SWITCHED_OFF for step in steps)


def _rows(run: PipelineRun, target: str, count: int) -> list[dict[str, Any]]:
    """The items that files came of, for their names; empty ones where each file has none of its own."""
    there = [one for one in whole(target) or () if not isinstance(run.scope.find((one,)), Skipped)]
    rows = run.scope.rows.get(there[0].name, []) if there else []
    return rows if len(rows) == count else [{}] * count


def _names(path: str, rows: list[dict[str, Any]]) -> list[str]:
    """The paths of a deliverable's files: numbered, or named after what their items say: ``film-{language}.mp4``."""
    found: list[str] = []
    for number, row in enumerate(rows, 1):
        said = {key: safe for key, value in row.items() if isinstance(value, str) and (safe := _safe(value))}
        name = re.sub(r"\{(\w+)\}", lambda match, n=number, by=said: by.get(match[1], f"{n:02}"), path)  # type: ignore[misc]
        alone = "{" in path or len(rows) == 1
        found.append(name if alone and name not in found else _numbered(name, number))
    return found


def _numbered(path: str, number: int) -> str:
    stem, dot, ending = path.rpartition(".")
    return f"{stem}-{number:02}{dot}{ending}" if dot else f"{path}-{number:02}"


_CONVERTED = frozenset({"image/png", "image/jpeg", "image/webp", "image/bmp", "image/tiff"})
_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


async def _copy(storage: MediaStorage, asset: Asset, path: str) -> Asset:
    """Bring a file to its place; a picture becomes a PNG or JPEG if its name there says so."""
    async with storage.local_copy(asset.path) if asset.path else nullcontext(Path(asset.uri)) as local:
        ending = PurePosixPath(path).suffix.lower()
        if asset.media_type not in _CONVERTED or _PICTURES.get(ending, asset.media_type) == asset.media_type:
            await storage.put(local, path)
            return asset
        with tempfile.TemporaryDirectory() as temporary:
            picture = Path(temporary) / f"picture{ending}"
            await asyncio.to_thread(media.convert_picture, local, picture)
            await storage.put(picture, path)
            return await described(picture, uri=storage.uri(path), stored=path)


def _public(asset: Asset, storage: MediaStorage, path: str) -> Asset:
    """The asset at its place in the production, without the provider's presigned URL."""
    return asset.model_copy(update={"path": path, "uri": storage.uri(path), **_NO_SOURCE})


_NO_SOURCE: dict[str, Any] = {"source_url": None, "source_expires": None, "source_account": None}


def _generation(step: str, index: int | None, one: Generation) -> ManifestGeneration:
    asked = {**one.request.get("input", {}), **one.request.get("parameters", {})}
    return ManifestGeneration(
        step=step,
        index=index,
        fingerprint=one.fingerprint,
        model=one.model,
        request=one.request,
        take=one.take,
        task_id=one.task_id,
        request_id=one.request_id,
        status=str(one.status or "FAILED"),
        cached=one.cached,
        seed=asked.get("seed"),
        usage=one.usage,
        quoted_cny=one.quoted_cny,
        cost_cny=one.cost_cny,
        submitted_at=one.submitted_at,
        finished_at=one.finished_at,
        seconds_taken=one.seconds_taken,
        assets=[asset.model_copy(update=_NO_SOURCE) for asset in one.assets],
        values=one.values,
        error=one.failure.model_dump() if one.failure else None,
    )


def _step(step: StepRun) -> ManifestStep:
    return ManifestStep(
        name=step.name,
        title=step.step.title,
        uses=step.step.does,
        state="skipped" if step.state in ("waiting", "running") else step.state,
        needs=step.needs,
        reason=step.reason,
        left_out=step.left_out,
        stood_in=step.stood_in,
        chosen=step.chosen,
        assets=[asset.model_copy(update=_NO_SOURCE) for asset in step.assets],
        seconds_taken=step.seconds_taken,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Asset):
        return value.uri
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if isinstance(value, Skipped) else value


def pipeline_text(pipeline: Pipeline) -> str:
    """A pipeline as the YAML file that would be it."""
    said = pipeline.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110)
