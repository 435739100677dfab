"""One round: a workload runs under trouble, is killed and started again until it is done, then audited."""

from __future__ import annotations

import contextlib
import json
import random
import re
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml

from tests.faults import outside
from tests.faults.audit import Finding, audit
from tests.faults.faults import Trouble, trouble_of
from tests.faults.forks import Forks, Process
from tests.faults.prefect import PrefectServer
from tests.faults.workload import AT_ONCE, CHECK, Workload, workload_of
from tests.ports import free_port

HUNG_SECONDS = 300.0
"""A run that takes longer hangs; Prefect's server on SQLite alone may keep one waiting for a minute at a time."""
STUCK_SECONDS = 10.0
"""How old a run becomes before it is interrupted because a task of it is stuck."""
LEASE_SECONDS = 1.5
"""How long a lease outlives its holder's silence where processes are frozen."""
_RUNS = 15
_ANEW = re.compile(r"`wanflow generations forget (\w+)` and run again to ask anew")
_TICK = 0.004


@dataclass
class Round:
    """What became of a round.

    Attributes:
        kills: processes that were killed or interrupted.
        runs: processes that were started.
        submits: accepted by the provider, whatever became of them.
        forgotten: lost answers without a task that the round had asked for anew, as a person would.
        findings: what the audit found wrong.
    """

    seed: int
    trouble: Trouble
    kills: int = 0
    runs: int = 0
    submits: int = 0
    forgotten: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many findings of a kind."""
        return sum(finding.kind == kind for finding in self.findings)


class Hung(Exception):
    """A process makes no end."""


class Lost(Exception):
    """Run after run ends without the production."""


@dataclass
class Worker:
    """One of the processes that run the workload; it is started again until it ends well."""

    name: str
    process: Process
    log: Path
    started: float
    done: bool = False
    interrupted: bool = False

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started


class Bench:
    """The things of one round.

    Args:
        key: the API key; it must turn up nowhere.
    """

    def __init__(self, seed: int, folder: Path, forks: Forks, server: PrefectServer, key: str) -> None:
        self.trouble = trouble_of(seed)
        self.result = Round(seed, self.trouble)
        self.workload: Workload = workload_of(seed)
        self.folder = folder
        self.storage = folder / "media"
        self.key = key
        self._chance = random.Random(f"moments {seed}")
        self._forks = forks
        self._server = server
        self._port = free_port()
        self._provider: Process | None = None
        self._workers: list[Worker] = []
        shutil.rmtree(folder, ignore_errors=True)
        self.storage.mkdir(parents=True)
        self.workload.write(folder)
        scenario = {
            "seed": seed,
            "queue_seconds": self._chance.choice([0.0, 0.1, 0.3]),
            "run_seconds": self._chance.choice([0.1, 0.3, 0.5]),
            "rules": self.trouble.rules,
        }
        (folder / "scenario.yaml").write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")

    def run(self) -> Round:
        """Run it."""
        began = time.monotonic()
        try:
            self._start_provider()
            for number in range(self.trouble.processes):
                self._workers.append(self._start(f"worker-{number}"))
            self._until_done(self._disturbances())
            if self.trouble.damaged:
                for _ in range(2):
                    outside.damage(self.storage, self._chance)
                    self._workers = [self._start("after-damage")]
                    self._until_done([])
        except (Hung, Lost) as ended:
            self.result.findings.append(Finding("hung" if isinstance(ended, Hung) else "lost", str(ended)))
        finally:
            for worker in self._workers:
                worker.process.signal(signal.SIGKILL)
        try:
            tasks = httpx.get(f"{self._address}/emulator/tasks", timeout=60).json()
            events = httpx.get(f"{self._address}/emulator/events?kind=answered", timeout=60).json()
            self.result.submits = len(tasks)
            self.result.findings += audit(
                self.workload,
                tasks,
                Counter(event["model"] for event in events),
                self.storage,
                self.folder,
                at_most={CHECK: self.result.runs, AT_ONCE: 1 + self.result.forgotten},
                key=self.key,
                runs=[worker.log for worker in self._workers if worker.done],
                clean=not (self.result.kills or self.trouble.storage_gone or self.trouble.frozen),
                only_run=self.result.runs == 1,
            )
        finally:
            if self._provider is not None:
                self._provider.signal(signal.SIGKILL)
        self.result.seconds = time.monotonic() - began
        return self.result

    @property
    def _address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def _environment(self) -> dict[str, str]:
        return {"DASHSCOPE_API_KEY": self.key, "DASHSCOPE_BASE_URL": f"{self._address}/api/v1"}

    def _start_provider(self) -> None:
        state = self.folder / "provider"
        scenario = ["--scenario", str(self.folder / "scenario.yaml")]
        self._provider = self._forks.start(
            ["emulator", "--port", str(self._port), "--render", "none", "--state", str(state), *scenario],
            environment={},
            folder=self.folder,
            log=self.folder / "provider-log",
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and self._provider.running:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{self._address}/emulator", timeout=10)
                return
            time.sleep(0.02)
        raise RuntimeError(f"the provider did not start, see {self.folder}")

    def _start(self, name: str) -> Worker:
        self.result.runs += 1
        log = self.folder / f"run-{self.result.runs}"
        environment = dict(self._environment)
        if self.trouble.frozen:
            environment["WANFLOW_LEASE_SECONDS"] = str(LEASE_SECONDS)
        process = self._forks.start(
            ["run", "pipeline.yaml", "--storage", str(self.storage), "--json"],
            environment=environment,
            folder=self.folder,
            log=log,
        )
        return Worker(name, process, log, time.monotonic())

    def _disturbances(self) -> list[str]:
        trouble = self.trouble
        found = ["kill"] * trouble.kills + ["interrupt"] * trouble.interrupts
        found += ["provider down"] * trouble.provider_down + ["storage gone"] * trouble.storage_gone
        found += ["server silent"] * trouble.server_silent + ["freeze"] * trouble.frozen
        self._chance.shuffle(found)
        return found

    def _until_done(self, disturbances: list[str]) -> None:
        moment = self._moment()
        while any(not worker.done for worker in self._workers):
            for number, worker in enumerate(self._workers):
                if not worker.done and not worker.process.running:
                    self._workers[number] = self._ended(worker)
                elif self.trouble.stuck and not worker.done and worker.age > STUCK_SECONDS and not worker.interrupted:
                    worker.interrupted = self._interrupt(worker)
                elif not worker.done and worker.age > HUNG_SECONDS:
                    worker.process.signal(signal.SIGUSR1)  # where it is goes to its log
                    time.sleep(0.3)
                    raise Hung(f"{worker.log.name} has not ended after {HUNG_SECONDS:.0f} s, see {worker.log}.err")
            if disturbances and moment.has_come():
                self._disturb(disturbances.pop())
                moment = self._moment()
            time.sleep(_TICK)

    def _ended(self, worker: Worker) -> Worker:
        if worker.process.code == 0 or _all_steps_done(worker):
            worker.done = True
            return worker
        self._forget_what_is_lost(worker)
        if self.result.runs - self.result.kills >= _RUNS or self.result.runs >= 2 * _RUNS:
            raise Lost(f"{worker.log.name} ended with {worker.process.code} like those before it, see {worker.log}.err")
        return self._start(worker.name)

    def _forget_what_is_lost(self, worker: Worker) -> None:
        """Do what a run says that ended because an answer without a task was lost."""
        said = Path(f"{worker.log}.out")
        for name in set(_ANEW.findall(said.read_text(encoding="utf-8") if said.is_file() else "")):
            self.result.forgotten += 1
            forgetting = self._forks.start(
                ["generations", "forget", name, "--storage", str(self.storage)],
                environment=self._environment,
                folder=self.folder,
                log=self.folder / f"forget-{self.result.forgotten}",
            )
            if not forgetting.wait(60):
                raise Hung(f"{self.folder}/forget-{self.result.forgotten} does not end")

    def _moment(self) -> Moment:
        kind = self._chance.random()
        if kind < 0.5:  # around a submit: an intent, an owner or an answer was just written
            return Moment(self.storage / "journal", self._chance.uniform(0, 0.08))
        if kind < 0.65:  # around a result
            return Moment(self.storage / "generations", self._chance.uniform(0, 0.05))
        return Moment(None, self._chance.uniform(0, 1.0 if kind < 0.8 else 4.0))

    def _interrupt(self, worker: Worker) -> bool:
        sent = worker.process.signal(signal.SIGINT)
        self.result.kills += sent
        return sent

    def _disturb(self, what: str) -> None:
        worker = self._chance.choice([worker for worker in self._workers if not worker.done])
        match what:
            case "kill":
                self.result.kills += worker.process.signal(signal.SIGKILL)
            case "interrupt":
                self._interrupt(worker)
            case "freeze":
                if worker.process.signal(signal.SIGSTOP):
                    time.sleep(self._chance.uniform(0.5, 3 * LEASE_SECONDS))
                    worker.process.signal(signal.SIGCONT)
            case "provider down":
                assert self._provider is not None
                self._provider.signal(signal.SIGKILL)
                self._provider.wait(10)
                time.sleep(self._chance.uniform(0.1, 1.5))
                self._start_provider()
            case "storage gone":
                outside.storage_away(self.storage, self._chance.uniform(0.02, 1.0))
            case "server silent":
                self._server.fall_silent(self._chance.uniform(0.3, 2.0))


class Moment:
    """When to strike: some time from now, or some time after a folder's files next change.

    Args:
        folder: whose files are watched; None waits for nothing.
        seconds: how much later.
    """

    def __init__(self, folder: Path | None, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds
        self._before = _names(folder)
        self._since = time.monotonic() if folder is None else None
        self._at_last = time.monotonic() + 6.0

    def has_come(self) -> bool:
        """Whether it is time."""
        now = time.monotonic()
        if self._since is None and (now > self._at_last or _names(self._folder) != self._before):
            self._since = now
        return self._since is not None and now - self._since >= self._seconds


def _names(folder: Path | None) -> int:
    """Changes with the names in a folder and one below it."""
    if folder is None:
        return 0
    total = 0
    for place in (folder, folder / "owned"):
        with contextlib.suppress(OSError):
            total ^= place.stat().st_mtime_ns
    return total


def _all_steps_done(worker: Worker) -> bool:
    """Whether a run that ended with 4 lacks nothing but parts of a job that the provider itself says failed."""
    if worker.process.code != 4:
        return False
    said = json.loads(Path(f"{worker.log}.out").read_text(encoding="utf-8"))
    return all(step["state"] == "done" for step in said["steps"])
