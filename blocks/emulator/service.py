"""What the parts of the emulated service share."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request

from . import account, refusal
from .chance import Chance
from .scenario import CallAction, Place, Scenario
from .signing import Signer
from .store import Store

if TYPE_CHECKING:
    from .runner import Runner

CLIP = "clip.mp4"
PICTURE = "picture.png"
"""Names of the files a service that renders nothing hands out; pictures are numbered: `0-picture.png`."""


class Service:
    """State, rules and workers of one emulated service.

    Args:
        folder: Where files go; holds the database too when `keep` is set.
        keep: Whether the state survives this process.
        scenario: What goes wrong.
        render: "full" for pictures and sound, "none" for one small fixed clip or picture at full speed.
        clock: Seconds since the epoch; tests move it.

    Attributes:
        counts: How often this process was called, by kind of call.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keep: bool,
        scenario: Scenario,
        render: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.scenario = scenario
        self.render = render
        self.clock = clock
        self.results = folder / "results"
        self.uploads = folder / "uploads"
        for path in (self.results, self.uploads):
            path.mkdir(parents=True, exist_ok=True)
        self.store = Store(folder if keep else None)
        self.signer = Signer(self.store.secret)
        self.chance = Chance(scenario, queue_seconds=0.2 if render == "full" else 0)
        self.counts: Counter[str] = Counter()
        self.runner: Runner
        self._recent: dict[tuple[str, str], deque[float]] = {}

    @staticmethod
    def of(request: Request) -> Service:
        """The service a request came to."""
        service = request.app.state.service
        assert isinstance(service, Service)
        return service

    def account(self, request: Request) -> str:
        """The caller's account; raises `Refusal` when there is none."""
        return account.account_of(request, self.scenario)

    def origin(self, request: Request) -> str:
        """Scheme and host the caller knows this service by."""
        return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"

    def trouble(self, place: Place, *, model: str | None = None, prompt: str | None = None) -> CallAction | None:
        """What goes wrong with a call, if anything; it is noted among the events."""
        action = self.chance.call(place, model=model, prompt=prompt)
        if action is not None:
            self.store.note("misbehaved", self.clock(), at=place, what=action.kind, model=model)
        return action

    def result_file(self, name: str) -> Path | None:
        """The file behind `{task_id}/{file}` of a result link, None when it is gone."""
        task_id, _, file = name.partition("/")
        if "/" in file or file in {"", ".", ".."} or "/" in task_id or task_id in {"", ".", ".."}:
            return None
        fixed = file.rpartition("-")[2]
        path = self.results / fixed if fixed in (CLIP, PICTURE) else self.results / task_id / file
        return path if path.is_file() else None

    def limit_rate(self, kind: str, key: str, per_second: float | None) -> None:
        """Counts a call against a rate.

        Args:
            kind: What is limited, e.g. "query".
            key: Whose calls count together.
            per_second: Calls allowed within any second; None for no limit.

        Raises:
            Refusal: 429, the call is above the rate.
        """
        if per_second is None:
            return
        now = time.monotonic()
        span = 1 if per_second >= 1 else 60  # some rates are so many a minute
        recent = self._recent.setdefault((kind, key), deque())
        while recent and now - recent[0] >= span:
            recent.popleft()
        if len(recent) >= round(per_second * span):
            self.counts[f"{kind}_throttled"] += 1
            raise refusal.too_many()
        recent.append(now)
