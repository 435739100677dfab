"""The life of a task: it waits its turn, runs, and ends; tasks a dead process left behind are taken up."""

from __future__ import annotations

import asyncio
import logging
import random
import shutil
import uuid
from pathlib import Path

from blocks import catalog

from .answers import Made, usage, values
from .clip import make_clip
from .inputs import InputFailed, gather
from .render.job import RenderJob
from .service import CLIP, Service
from .task import Outcome, Task
from .workers import RenderFailed, Workers

log = logging.getLogger("wanflow.emulator")

BEAT_SECONDS = 1.0
PATIENCE_SECONDS = 10.0
_TURN_SECONDS = 0.2
_CLEAN_BEATS = 3600


class Runner:
    """Runs the accepted tasks of one service.

    Args:
        service: The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._workers = Workers()
        self._turns: dict[tuple[str, str], asyncio.Semaphore] = {}
        self._lives: set[asyncio.Task[None]] = set()
        self._clip: Made | None = None
        self._beats: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Takes up what an earlier process left unfinished, and begins to watch for more of it."""
        if self._service.render == "none":
            self._clip = await asyncio.to_thread(make_clip, self._service.results / CLIP)
        await asyncio.to_thread(self._clean)
        self._adopt()
        self._beats = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """Stops everything; unfinished tasks stay in the state for the next process."""
        doomed = [*self._lives, *filter(None, [self._beats])]
        for life in doomed:
            life.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        await self._workers.stop()
        self._service.store.release()

    def run(self, task: Task, request: catalog.Request | None = None) -> None:
        """Lets a task live; returns at once.

        Args:
            task: The task.
            request: Its request, when the caller has it at hand.
        """
        life = asyncio.create_task(self._live(task, request))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)

    async def _beat(self) -> None:
        store, beats = self._service.store, 0
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            beats += 1
            if store.shared:
                store.beat(self._service.clock())
                self._adopt()
            if beats % _CLEAN_BEATS == 0:
                await asyncio.to_thread(self._clean)

    def _clean(self) -> None:
        """Deletes uploads and results past their life."""
        service, now = self._service, self._service.clock()
        life = max(service.scenario.task_seconds, service.scenario.url_seconds)
        uploads, tasks = service.store.forget(now - life, now - service.scenario.upload_seconds)
        for name in uploads:
            (service.uploads / name).unlink(missing_ok=True)
        for task_id in tasks:
            shutil.rmtree(service.results / task_id, ignore_errors=True)

    def _adopt(self) -> None:
        for task in self._service.store.adopt(self._service.clock(), PATIENCE_SECONDS):
            log.info("%s %s: taken up again", task.task_id, task.model)
            self.run(task)

    async def _live(self, task: Task, request: catalog.Request | None) -> None:
        service, fate = self._service, task.fate
        if fate.end == "stick" and fate.stuck_status == "PENDING":
            return
        await asyncio.sleep(max(0.0, task.submitted + fate.queue_seconds - service.clock()))
        limit = catalog.find(task.model).limits.in_progress if service.scenario.limits.in_progress else None
        async with self._turn(task, limit):
            # A store of our own knows no tasks but ours, and those wait for their turn.
            others = limit if service.store.shared else None
            first = fate.stuck_status if fate.end == "stick" else (*fate.statuses, "RUNNING")[0]
            # Those of other processes can only be asked about.
            while (state := service.store.begin(task.task_id, service.clock(), others, first)) == "busy":  # noqa: ASYNC110
                await asyncio.sleep(_TURN_SECONDS)
            if state == "gone" or fate.end == "stick":
                return
            try:
                status, outcome = await self._run(task, request)
            except Exception as error:
                if isinstance(error, RuntimeError) and "shutdown" in str(error):
                    return  # the interpreter ends and takes no more work; the next process runs the task again
                log.exception("%s %s: the emulated service failed", task.task_id, task.model)
                status, outcome = "FAILED", _failure("InternalError.Algo", "inference internal error.")
            if service.store.finish(task.task_id, status, outcome, service.clock()):
                log.info("%s %s: %s %s", task.task_id, task.model, status, outcome.code)

    def _turn(self, task: Task, limit: int | None) -> asyncio.Semaphore:
        key = (task.account, task.model)
        if key not in self._turns:
            self._turns[key] = asyncio.Semaphore(limit or 2**31)
        return self._turns[key]

    async def _run(self, task: Task, request: catalog.Request | None) -> tuple[str, Outcome]:
        service, fate = self._service, task.fate
        request = request or catalog.request(task.body, truncate=True, wire=True)
        work = service.results / f".{uuid.uuid4().hex}"
        waiting = asyncio.create_task(self._spend(task))
        try:
            if fate.end == "fail":
                await waiting
                return "FAILED", _failure(fate.code, fate.message)
            files, made = await self._make(task, request, work)
            await waiting
            if fate.end == "expire":
                return "UNKNOWN", Outcome()
            kept = tuple(None if at in fate.failed_parts and len(files) > 1 else name for at, name in enumerate(files))
            outcome = Outcome(kept, values(request), usage(request, made), fate.code, fate.message)
            return ("SUCCEEDED", outcome) if any(kept) else ("FAILED", _failure(fate.code, fate.message))
        except InputFailed as error:
            return "FAILED", _failure(error.code, error.message)
        except RenderFailed as error:
            log.error("%s %s: %s", task.task_id, task.model, error)
            service.store.note("render_failed", service.clock(), task_id=task.task_id, reason=str(error))
            return "FAILED", _failure("InternalError.Algo", "inference internal error.")
        finally:
            waiting.cancel()
            if self._clip is None:
                # Not in a thread: when the interpreter ends there are none left.
                shutil.rmtree(work, ignore_errors=True)

    async def _spend(self, task: Task) -> None:
        """Lets the run's time pass, through the statuses it is to show."""
        fate = task.fate
        steps = fate.statuses or ("RUNNING",)
        for status in steps:
            if fate.statuses:
                self._service.store.set_status(task.task_id, status)
            if fate.run_seconds:
                await asyncio.sleep(fate.run_seconds / len(steps))

    async def _make(self, task: Task, request: catalog.Request, work: Path) -> tuple[list[str], Made]:
        """The result files' names, as links have them, and what was made."""
        if self._clip is not None:
            return [f"{task.task_id}/{CLIP}"], self._unrendered(request)
        inputs_dir, out_dir = work / "in", work / "out"
        for folder in (inputs_dir, out_dir):
            folder.mkdir(parents=True)
        inputs = await gather(task, request.media(), self._service, inputs_dir)
        seed = getattr(request.parameters, "seed", None)
        if seed is None:
            seed = random.Random(task.task_id).randrange(2**31)
        rendered = await self._workers.render(
            RenderJob(
                model=task.model,
                task_id=task.task_id,
                request=request.body(),
                inputs=inputs,
                out_dir=out_dir,
                seed=seed,
            )
        )
        names = await asyncio.to_thread(_publish, rendered.files, self._service.results / task.task_id)
        made = Made(rendered.width, rendered.height, rendered.seconds, rendered.sound)
        return [f"{task.task_id}/{name}" for name in names], made

    def _unrendered(self, request: catalog.Request) -> Made:
        """What the answer claims when nothing was rendered: what was asked for, or the length of the input."""
        assert self._clip is not None
        width, height = request.size or (self._clip.width, self._clip.height)
        seconds = request.seconds
        for field in request.media() if seconds is None else ():
            name = self._service.signer.own_file(field.value, self._service.clock())
            source = self._service.store.task((name or "").partition("/")[0])
            if source is not None and source.outcome is not None and source.outcome.usage is not None:
                counted = source.outcome.usage
                seconds = counted.get("duration", counted.get("video_duration"))
        sound = bool(request.sound)
        return Made(width, height, self._clip.seconds if seconds is None else seconds, sound)


def _failure(code: str, message: str) -> Outcome:
    return Outcome(code=code or "InternalError.Algo", message=message or "inference internal error.")


def _publish(files: tuple[Path, ...], folder: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    names = []
    for file in files:
        name = f"{uuid.uuid4().hex}{file.suffix}"
        file.replace(folder / name)
        names.append(name)
    return names
