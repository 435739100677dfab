"""Intents that earlier runs left without an answer: a request in the same words waits until they are cleared up.

Two open intents with the same prompt are hard to tell apart by what the provider says of its tasks, so a second one is
not begun while somebody works on the first.
"""

from __future__ import annotations

import asyncio
import time

from blocks.storage import MediaStorage
from tasks import journal
from tasks.leases import Leases

_GRACE_SECONDS = 2.0
"""How long somebody is given to take up an intent that nobody works on."""
_PAUSE_SECONDS = 0.2


class Unanswered:
    """What the journal held without an answer when the session first sent something.

    Args:
        storage: where the journal is.
        leases: say whether somebody works on a generation.
    """

    def __init__(self, storage: MediaStorage, leases: Leases) -> None:
        self._storage = storage
        self._leases = leases
        self._found: list[journal.Entry] | None = None
        self._looking = asyncio.Lock()

    async def wait(self, *, fingerprint: str, model: str, account: str, prompt: str | None) -> None:
        """Wait for those that a new intent could be taken for, as long as somebody works on them."""
        for entry in await self._before():
            if (entry.model, entry.account, entry.prompt) == (model, account, prompt) and (
                entry.fingerprint != fingerprint
            ):
                await self._cleared(entry)

    async def _before(self) -> list[journal.Entry]:
        async with self._looking:
            if self._found is None:
                found = await journal.entries(self._storage)
                self._found = [entry for entry in found if entry.unanswered]
            return list(self._found)

    async def _cleared(self, entry: journal.Entry) -> None:
        name = journal.name_of(entry.fingerprint, entry.account)
        until = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < until or await self._leases.taken(name):
            if await journal.read(self._storage, entry.fingerprint, entry.account) != entry:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        if self._found and entry in self._found:
            self._found.remove(entry)
