"""Making what a job asks for: its inputs are fetched, the renderer is asked, the files are put where links lead.

A service that renders nothing reads no inputs and hands out one fixed clip or picture, as often as was asked.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blocks import catalog
from blocks.media import MediaInfo, probe

from . import templates
from .clip import make_clip, make_picture
from .inputs import gather
from .render.job import Rendered, RenderJob
from .service import CLIP, PICTURE, Service
from .task import Task
from .usage import Made
from .workers import Workers


class Maker:
    """Makes the results of one service's jobs.

    Args:
        service: The service.

    Attributes:
        workers: The processes that render.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self.workers = Workers()
        self._clip: Made | None = None

    async def start(self) -> None:
        """Prepares the fixed files where nothing is rendered."""
        if self._service.render == "none":
            self._clip = await asyncio.to_thread(make_clip, self._service.results / CLIP)
            await asyncio.to_thread(make_picture, self._service.results / PICTURE)

    async def stop(self) -> None:
        """Ends the renderers."""
        await self.workers.stop()

    async def make(self, task: Task, request: catalog.Request, work: Path) -> tuple[list[str], Made]:
        """Makes a job's results.

        Args:
            task: The job.
            request: Its request.
            work: A folder of its own, to be removed afterwards.

        Returns:
            The result files' names, as links have them, place by place of the model's answer; and what was made.

        Raises:
            InputFailed: An input cannot be used.
            RenderFailed: No picture came of it.
        """
        if self._clip is not None:
            return self._handed_out(task, request), self._unrendered(task, request, self._clip)
        inputs_dir = work / "in"
        inputs_dir.mkdir(parents=True)
        inputs = await gather(task, request, self._service, inputs_dir)
        infos = {name: await asyncio.to_thread(probe, path) for name, path in inputs.items()}
        lengths = {name: info.seconds or 0.0 for name, info in infos.items()}
        if request.row.kind == "template":
            return [], await asyncio.to_thread(self._template, task, request, inputs, infos)
        if (template := templates.maker_of(request, task.account, self._service)) is not None:
            if (motion := templates.file_of(template, self._service)) is not None:
                inputs["input.template_id"] = motion
            lengths["input.template_id"] = _counted(template) or 0.0
        rendered = await self._rendered(task, request, inputs, lengths, work)
        names = await asyncio.to_thread(_publish, rendered.files, self._service.results / task.task_id)
        made = Made(
            rendered.width, rendered.height, rendered.seconds, rendered.sound, request.pictures, lengths=lengths
        )
        return [f"{task.task_id}/{name}" for name in names], made

    async def look(self, task: Task, request: catalog.Request, work: Path) -> tuple[int, int]:
        """Fetches the one picture of a check and gives its width and height.

        Raises:
            InputFailed: It cannot be used, or breaks a limit of the model.
        """
        if self._clip is not None:
            return self._clip.width, self._clip.height
        await asyncio.to_thread(work.mkdir, parents=True)
        (path, *_) = (await gather(task, request, self._service, work)).values()
        info = await asyncio.to_thread(probe, path)
        return info.width or 1, info.height or 1

    def _template(
        self, task: Task, request: catalog.Request, inputs: Mapping[str, Path], infos: Mapping[str, MediaInfo]
    ) -> Made:
        name = str(request.row.billing.output_follows)
        templates.keep(task, inputs[name], self._service)
        info = infos[name]
        return Made(info.width or 0, info.height or 0, info.seconds or 0.0, sound=False)

    async def _rendered(
        self,
        task: Task,
        request: catalog.Request,
        inputs: dict[str, Path],
        lengths: Mapping[str, float],
        work: Path,
    ) -> Rendered:
        """Renders until there are as many files as the answer has places for."""
        seed = getattr(request.parameters, "seed", None)
        if seed is None:
            seed = getattr(request.input, "seed", None)
        if seed is None or seed < 0:
            seed = random.Random(task.task_id).randrange(2**31)
        wanted = _files(request)
        files: tuple[Path, ...] = ()
        while True:
            out_dir = work / f"out-{len(files)}"
            out_dir.mkdir(parents=True)
            asked = _asked(request, lengths)
            rendered = await self.workers.render(
                RenderJob(request.model, task.task_id, asked, inputs, out_dir, seed + len(files))
            )
            files += rendered.files
            if len(files) >= wanted or not rendered.files:
                files = files[:wanted]
                return Rendered(files, rendered.width, rendered.height, rendered.seconds, rendered.fps, rendered.sound)

    def _handed_out(self, task: Task, request: catalog.Request) -> list[str]:
        match request.row.kind:
            case "template":
                return []
            case "image":
                return [f"{task.task_id}/{number}-{PICTURE}" for number in range(_files(request))]
        return [f"{task.task_id}/{CLIP}"]

    def _unrendered(self, task: Task, request: catalog.Request, clip: Made) -> Made:
        """What the answer claims when nothing was rendered: what was asked for, or the length of the input.

        A file that is no result of ours is not read and counts as long as the clip.
        """
        width, height = request.size or (clip.width, clip.height)
        lengths = {field.name: self._own_length(field.value) or clip.seconds for field in request.media()}
        template = templates.maker_of(request, task.account, self._service)
        seconds = _counted(template) if template is not None else request.seconds_from(lengths)
        if seconds is None:
            seconds = next((length for name, length in lengths.items() if "video" in name), clip.seconds)
        return Made(width, height, seconds, bool(request.sound), request.pictures, lengths)

    def _own_length(self, link: str) -> float | None:
        name = self._service.signer.own_file(link, self._service.clock())
        source = self._service.store.task((name or "").partition("/")[0])
        return _counted(source) if source is not None else None


def _counted(task: Task) -> float | None:
    """Seconds of a finished task's result, as it was counted."""
    usage = (task.outcome.usage if task.outcome is not None else None) or {}
    seconds = usage.get("output_video_duration", usage.get("duration", usage.get("video_duration")))
    return None if seconds is None else float(seconds)


def _files(request: catalog.Request) -> int:
    """How many files the answer to a request has places for."""
    row = request.row
    return request.pictures * len(row.result.urls) if row.kind == "image" else 1


def _asked(request: catalog.Request, lengths: Mapping[str, float]) -> dict[str, Any]:
    """The request as the renderer gets it: size, tier, length and how many pictures, also by default."""
    asked = request.to_dict()
    by_default = {name: getattr(request.parameters, name, None) for name in ("resolution", "duration")}
    more: dict[str, Any] = {name: value for name, value in by_default.items() if value is not None}
    if request.size is not None:
        more["size"] = "{}*{}".format(*request.size)
    if request.row.kind == "image":
        more["n"] = request.pictures
    elif "input.template_id" in lengths:
        more["duration"] = lengths["input.template_id"]
    return asked | {"parameters": asked["parameters"] | more}


def _publish(files: tuple[Path, ...], folder: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    names = []
    for file in files:
        name = f"{uuid.uuid4().hex}{file.suffix}"
        file.replace(folder / name)
        names.append(name)
    return names
