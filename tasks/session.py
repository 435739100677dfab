"""A session: the one client, storage, pace, watcher and budget that the tasks of a process share.

Who asks for what is settled here, in this order: the environment, the blocks named ``default`` on the Prefect server,
the embedded emulator.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import SecretStr

from blocks.client import Client, is_loopback
from blocks.client.errors import AuthenticationError, DashScopeError, NotSent
from blocks.storage import MediaStorage, StorageUnusable
from tasks.budget import Budget
from tasks.downloading import WebFiles
from tasks.leases import Leases
from tasks.pace import Pace, pace_for
from tasks.patience import Patience
from tasks.reach import Reach
from tasks.records import Failure, LeftRunning
from tasks.rhythm import GATEWAY
from tasks.unanswered import Unanswered
from tasks.watching import Watcher

T = TypeVar("T")

log = logging.getLogger("wanflow")

OnAmbiguous = Literal["fail", "resubmit"]
EMULATOR_ACCOUNT = "emulator"
EMBEDDED = "the embedded emulator"
"""The service of who has no key, for people."""


@dataclass
class Session:
    """Everything the tasks of one process share; open it with `open_session`.

    Attributes:
        account: which account and region pays; ``emulator`` for the embedded one.
        service: where requests go, for people.
        storage_from: who named the storage, for people: ``--storage``, ``WANFLOW_STORAGE``, a block, or nobody.
        emulated: results are animatics of an emulator, never to be taken for paid ones.
        results: the storage block that keeps Prefect's task results, once it is saved on a server.
        on_ambiguous: what happens when nobody can tell whether a submit was accepted: stop, or risk paying twice.
        patience_seconds: how long the user lets it wait while the provider takes nothing in; None: nothing was said.
        quotes: what requests are expected to cost, by fingerprint; what their inputs' lengths decide included.
        failures: why generations of this run failed, by fingerprint: the same request is not sent again.
        allowed: folders and files beyond its own folder that a pipeline file may read.
        left_running: what went on at the provider when a part of this run was stopped.
        cancelled: what was cancelled there before it began, each in a sentence.
        run: the flow run that all requests are counted against; None: the one that each is made in.
        web: looks at what lies behind web addresses before it is paid for; None: not asked for.
        leases: what keeps other processes off a generation.
        unanswered: what earlier runs sent, so far as nobody knows whether it was accepted.
    """

    client: Client
    storage: MediaStorage
    pace: Pace
    watcher: Watcher
    budget: Budget
    account: str
    service: str
    emulated: bool
    storage_from: str = "--storage"
    results: MediaStorage | None = None
    base: Path | None = None
    on_ambiguous: OnAmbiguous = "fail"
    patience_seconds: float | None = None
    allowed: tuple[Path, ...] = ()
    run: str | None = None
    web: WebFiles | None = None
    left_running: list[LeftRunning] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    quotes: dict[str, Decimal | None] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    leases: Leases = field(init=False)
    unanswered: Unanswered = field(init=False)

    def __post_init__(self) -> None:
        self.leases = Leases(self.storage)
        self.unanswered = Unanswered(self.storage, self.leases)

    @property
    def embedded(self) -> bool:
        """Whether nobody named a service: the emulator of this process answers."""
        return self.service == EMBEDDED

    @property
    def region(self) -> str:
        """The region whose prices apply; an emulator bills as Beijing does."""
        region = self.client.region
        return region if region in ("beijing", "singapore", "virginia") else "beijing"

    @property
    def time(self) -> datetime:
        """The time by the provider's clock, UTC: machines on one storage need not agree on theirs."""
        return self.client.time

    @property
    def reach(self) -> Reach:
        """The storage, the folder of the pipeline file, and what that file may read."""
        return Reach(self.base, self.storage, self.allowed)

    def lock(self, fingerprint: str) -> asyncio.Lock:
        """Two steps of one process that ask for the same generation take turns."""
        return self.locks.setdefault(fingerprint, asyncio.Lock())

    def turn(self, model: str) -> asyncio.Lock:
        """One submit of a model at a time is on its way, so that a lost answer can be told from all others."""
        return self.locks.setdefault(f"turn {model}", asyncio.Lock())

    async def preflight(self) -> None:
        """Reach the service and the storage before anything is paid. An address nobody answers is told at once, unless
        the user asked for patience.

        Raises:
            DashScopeError: the key is refused or nobody answers at the base URL.
            StorageUnusable: the storage cannot be written.
        """
        with _saying(self.storage_from):
            await self.storage.check_writable()
        patience = Patience(self.patience_seconds, self.pace, "The service is not reached")
        while True:
            try:
                await self.client.list_tasks(page_size=1)
                break
            except AuthenticationError:
                raise
            except NotSent as error:
                if self.patience_seconds is None:
                    raise
                unreached = error
            except DashScopeError as error:
                log.debug("the list call gave %s; going on", error)
                break
            await patience.wait_out(unreached)
        # Whoever did not answer when the session was opened does so by now.
        self.emulated = self.emulated or await self.client.is_emulator()

    async def save_results_block(self) -> None:
        """Save the block that holds Prefect's task results, so that tasks may name it."""
        if self.results is None:
            from prefect.exceptions import ObjectAlreadyExists

            block = MediaStorage(url=self.storage.url, options=self.storage.options)
            for further in (2, 1, 0):
                try:
                    await block.asave(f"wanflow-results-{self.storage.key}", overwrite=True)
                    break
                except ObjectAlreadyExists:  # another run made the block's type, or its schema, in this moment
                    if not further:
                        raise
            self.results = block


_current: ContextVar[Session | None] = ContextVar("wanflow_session", default=None)


def current() -> Session:
    """The open session of this context.

    Raises:
        RuntimeError: outside of `open_session`.
    """
    session = _current.get()
    if session is None:
        raise RuntimeError("no session is open: wrap the call in `async with open_session():`")
    return session


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_session(
    storage: str | None = None,
    *,
    max_cost: Decimal | None = None,
    base: Path | None = None,
    offline: bool = False,
    on_ambiguous: OnAmbiguous = "fail",
    patience_seconds: float | None = None,
    check_inputs: bool = False,
    allowed: Iterable[Path] = (),
) -> AsyncIterator[Session]:
    """Open what the tasks share, or join the session that is open already.

    Args:
        storage: fsspec URL; when absent ``WANFLOW_STORAGE``, then the block ``default``, then ``./media``.
        max_cost: the most this run may cost, CNY.
        base: the folder that relative local inputs start from; the working folder when absent.
        offline: nothing will be sent: do not start the embedded emulator.
        on_ambiguous: when nobody can tell whether a submit was accepted: ``fail`` names the candidates and stops that
            generation; ``resubmit`` sends it again and may pay twice.
        patience_seconds: how long a submit is waited for while the provider takes nothing in: 429, refused connections,
            names that do not resolve. Half an hour when absent.
        check_inputs: look at files behind web addresses, too, before they are paid for.
        allowed: folders and files beyond its own folder that a pipeline file may read, beside ``WANFLOW_ALLOW_FILES``.

    Yields:
        The session; closed with the context.

    Raises:
        StorageUnusable: the storage cannot be read, or not be written where that is needed at once.
    """
    joined = _current.get()
    if joined is not None and storage is None:
        yield joined
        return
    async with AsyncExitStack() as stack:
        media, origin = await _storage(storage)
        with _saying(origin):
            await media.check_readable()
            client, account, service, emulated = await _client(stack, media, offline)
        pace = pace_for(client)
        watcher = Watcher(client, pace=pace, rhythm=GATEWAY if client.is_loopback and not emulated else None)
        stack.push_async_callback(watcher.aclose)
        session = Session(
            client=client,
            storage=media,
            pace=pace,
            watcher=watcher,
            budget=Budget(max_cost, media),
            account=account,
            service=service,
            emulated=emulated,
            storage_from=origin,
            base=base,
            on_ambiguous=on_ambiguous,
            patience_seconds=patience_seconds,
            allowed=(*allowed, *_allowed_by_environment()),
            web=WebFiles(client.base_url) if check_inputs else None,
        )
        if session.web is not None:
            stack.push_async_callback(session.web.aclose)
        stack.push_async_callback(session.leases.aclose)
        token = _current.set(session)
        try:
            yield session
        finally:
            _current.reset(token)


def _allowed_by_environment() -> list[Path]:
    named = os.environ.get("WANFLOW_ALLOW_FILES", "").split(os.pathsep)
    return [Path(name).expanduser() for name in named if name]


async def _storage(url: str | None) -> tuple[MediaStorage, str]:
    """The storage, and who named it."""
    named = os.environ.get("WANFLOW_STORAGE", "").strip()
    if url is None and not named and _server_configured():
        saved = await _saved_block(MediaStorage, "media-storage/default")
        if saved is not None:
            return saved, "the block media-storage/default"
    origin = "--storage" if url else "WANFLOW_STORAGE" if named else "the default"
    with _saying(origin):
        return MediaStorage.from_environment(url), origin


@contextmanager
def _saying(origin: str) -> Iterator[None]:
    """What is wrong with a storage says who named it."""
    try:
        yield
    except StorageUnusable as error:
        raise StorageUnusable(f"{error}. It is named by {origin}.") from error.__cause__


async def _client(stack: AsyncExitStack, storage: MediaStorage, offline: bool) -> tuple[Client, str, str, bool]:
    from blocks.dashscope import DashScope

    block = DashScope.from_environment()
    if block is None and _server_configured():
        block = await _saved_block(DashScope, "dashscope/default")
    if block is not None:
        client = block.get_client()
        if is_loopback(client.base_url) and block.api_key is None:
            client = Client(client.base_url, SecretStr(EMULATOR_ACCOUNT))
        await stack.enter_async_context(client)
        return client, client.account, client.base_url, await client.is_emulator()

    if offline:
        client = await stack.enter_async_context(Client("http://127.0.0.1/api/v1", SecretStr(EMULATOR_ACCOUNT)))
        return client, EMULATOR_ACCOUNT, EMBEDDED, True

    from blocks.emulator import Emulator

    await storage.check_writable()
    emulator = Emulator(state=_emulator_state(storage))
    await asyncio.to_thread(emulator.start)
    stack.push_async_callback(asyncio.to_thread, emulator.stop)
    client = await stack.enter_async_context(Client(emulator.base_url, SecretStr(EMULATOR_ACCOUNT)))
    return client, EMULATOR_ACCOUNT, EMBEDDED, True


def _emulator_state(storage: MediaStorage) -> Path:
    home = storage.local_path(".emulator")
    return home or Path.home() / ".cache" / "wanflow" / "emulator"


def _server_configured() -> bool:
    if os.environ.get("PREFECT_API_URL"):
        return True
    from prefect.settings import PREFECT_API_URL

    return bool(PREFECT_API_URL.value())


async def _saved_block(kind: type[T], name: str) -> T | None:
    from prefect.blocks.core import Block
    from prefect.exceptions import PrefectException

    try:
        found = await Block.aload(name, validate=False)
    except (ValueError, PrefectException, OSError):
        return None
    return found if isinstance(found, kind) else None
