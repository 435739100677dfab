"""The life of a task: it waits its turn, runs, and ends; tasks a dead process left behind are taken up."""

from __future__ import annotations

import asyncio
import logging
import shutil
import uuid
from dataclasses import replace

from blocks import catalog

from . import templates
from .answers import each, values
from .demands import InputFailed
from .making import Maker
from .service import Service
from .task import Outcome, Task
from .usage import Made, usage
from .workers import RenderFailed

log = logging.getLogger("wanflow.emulator")

BEAT_SECONDS = 1.0
PATIENCE_SECONDS = 10.0
_TURN_SECONDS = 0.2
_CLEAN_BEATS = 3600


class Runner:
    """Runs the accepted tasks of one service.

    Args:
        service: The service.

    Attributes:
        maker: Makes the results.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self.maker = Maker(service)
        self._turns: dict[tuple[str, str], asyncio.Semaphore] = {}
        self._lives: set[asyncio.Task[None]] = set()
        self._beats: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Takes up what an earlier process left unfinished, and begins to watch for more of it."""
        await self.maker.start()
        await asyncio.to_thread(self._clean)
        self._adopt()
        self._beats = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """Stops everything; unfinished tasks stay in the state for the next process."""
        doomed = [*self._lives, *filter(None, [self._beats])]
        for life in doomed:
            life.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        await self.maker.stop()
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
        for folder in service.results.iterdir():  # what models that answer at once left
            if folder.is_dir() and folder.stat().st_mtime < now - life and service.store.task(folder.name) is None:
                shutil.rmtree(folder, ignore_errors=True)

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
            files, made = await self.maker.make(task, request, work)
            await waiting
            if fate.end == "expire":
                return "UNKNOWN", Outcome()
            return _succeeded(task, request, files, made)
        except InputFailed as error:
            return "FAILED", _failure(error.code, error.message)
        except RenderFailed as error:
            log.error("%s %s: %s", task.task_id, task.model, error)
            service.store.note("render_failed", service.clock(), task_id=task.task_id, reason=str(error))
            return "FAILED", _failure("InternalError.Algo", "inference internal error.")
        finally:
            waiting.cancel()
            if service.render == "full":
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


def _failure(code: str, message: str) -> Outcome:
    return Outcome(code=code or "InternalError.Algo", message=message or "inference internal error.")


def _succeeded(task: Task, request: catalog.Request, files: list[str], made: Made) -> tuple[str, Outcome]:
    """How a job ends that made something: parts of it may be said to have failed, unless all of them have."""
    fate = task.fate
    several = request.row.kind == "image" and request.pictures > 1
    failed = {part for part in fate.failed_parts if part < request.pictures} if several else set()
    if several and len(failed) == request.pictures:
        return "FAILED", _failure(fate.code, fate.message)
    kept = tuple(None if at % request.pictures in failed else name for at, name in enumerate(files))
    said = values(request)
    if request.row.kind == "template":
        said["template_id"] = templates.id_of(task)
    if request.row.family == "poster":
        said["auxiliary_parameters"] = [f"{task.task_id}-{number}" for number in range(request.pictures)]
    counted = usage(request, replace(made, pictures=made.pictures - len(failed)))
    return "SUCCEEDED", Outcome(kept, said, counted, fate.code, fate.message, each(request))
