"""The budget of one run: actual costs and outstanding quotes together never pass the limit.

A run that a server knows may have several processes, at once or one after the other. Each sets its quotes aside in
storage, under ``budgets/<run>/``, before it looks at the sum: whoever looks later sees the earlier ones.
"""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from blocks.storage import MediaStorage

_LOOKS = 3
_PAUSE_SECONDS = 0.2


class BudgetExceeded(Exception):
    """The next request would pass the limit. It was not sent; everything done so far is kept."""

    code = "BudgetExceeded"


class Budget:
    """Counts what was spent and what may still be billed, in CNY.

    Args:
        limit: the most this run may cost; None is no limit.
        storage: where the processes of one run see each other's quotes.
    """

    def __init__(self, limit: Decimal | None = None, storage: MediaStorage | None = None) -> None:
        self.limit = limit
        self.spent = Decimal(0)
        self._storage = storage
        self._outstanding: dict[str, Decimal] = {}
        self._asked: dict[str, tuple[Decimal | None, str | None]] = {}
        self._shared: dict[str, str] = {}
        self._turn = asyncio.Lock()

    @property
    def outstanding(self) -> Decimal:
        """The sum of the quotes of requests that were sent and have not ended."""
        return sum(self._outstanding.values(), Decimal(0))

    async def reserve(
        self, fingerprint: str, quote: Decimal | None, *, what: str, run: str | None = None, sent: bool = False
    ) -> None:
        """Set the quote of a request aside before it is sent.

        Args:
            quote: what it will cost, CNY; None is unknown.
            what: names it in the error.
            run: what the processes of this run have in common; None: there is only this one.
            sent: an earlier process has sent it: it will be billed whatever the limit says.

        Raises:
            BudgetExceeded: when it would pass the limit, or its price is unknown while there is one.
        """
        async with self._turn:
            if fingerprint in self._outstanding:
                return
            if self.limit is not None and quote is None and not sent:
                raise BudgetExceeded(
                    f"{what}: its price is unknown, so the limit of {self.limit} CNY cannot be kept; not sent"
                )
            amount = quote or Decimal(0)
            for look in range(1, _LOOKS + 1):
                others = await self._share(fingerprint, amount, run)
                total = self.spent + self.outstanding + others + amount
                if self.limit is None or sent or total <= self.limit:
                    self._outstanding[fingerprint] = amount
                    self._asked[fingerprint] = quote, run
                    return
                await self._withdraw(fingerprint)
                if not others or look == _LOOKS:
                    break
                # Two processes that set aside at the same moment see each other; one of them may still fit.
                await asyncio.sleep(random.uniform(0.5, 1.5) * _PAUSE_SECONDS * look)
            raise BudgetExceeded(
                f"{what}: {quote} CNY more would make {total} CNY, over the limit of {self.limit} CNY; not sent"
            )

    async def reserve_again(self, fingerprint: str, after: str, *, what: str) -> None:
        """Set the quote of a request aside once more before it is sent again, because its first submit may be billed.

        Args:
            after: names that submit, in a file name; its quote stays outstanding.
            what: names both in the error.

        Raises:
            BudgetExceeded: both together would pass the limit.
        """
        quote, run = self._asked.get(fingerprint, (None, None))
        await self.reserve(f"{fingerprint}.{after}", quote, what=what, run=run)

    async def settle(self, fingerprint: str, cost: Decimal | None) -> None:
        """Replace the quote by what the request did cost; an unknown cost keeps its quote as spent."""
        quote = self._outstanding.pop(fingerprint, None)
        if quote is None:
            return
        amount = quote if cost is None else cost
        self.spent += amount
        shared = self._shared.get(fingerprint)
        if shared is None or self._storage is None:
            return
        ended = _path(shared.split("/")[1], fingerprint, amount)
        if ended == shared:
            return
        # In this order: a process that dies in between has it counted twice, never not at all.
        if amount:
            await self._storage.write_json(ended, _noted())
        await self._withdraw(fingerprint)
        if amount:
            self._shared[fingerprint] = ended

    async def _share(self, fingerprint: str, amount: Decimal, run: str | None) -> Decimal:
        """Show a quote to the run's other processes; what they and earlier ones spent and set aside."""
        if self.limit is None or run is None or self._storage is None:
            return Decimal(0)
        own = _path(run, fingerprint, amount)
        await self._storage.write_json(own, _noted())
        self._shared[fingerprint] = own
        mine = {path.rpartition("-")[0] for path in self._shared.values()}
        found = await self._storage.list(f"budgets/{run}")
        return sum((_amount(path) for path in found if path.rpartition("-")[0] not in mine), Decimal(0))

    async def _withdraw(self, fingerprint: str) -> None:
        shared = self._shared.pop(fingerprint, None)
        if shared is not None and self._storage is not None:
            await self._storage.delete(shared)


def _noted() -> dict[str, str]:
    return {"intent_at": datetime.now(UTC).isoformat()}


def _path(run: str, fingerprint: str, amount: Decimal) -> str:
    return f"budgets/{run}/{fingerprint}-{amount:f}.json"


def _amount(path: str) -> Decimal:
    try:
        return Decimal(path.rpartition("-")[2].removesuffix(".json"))
    except InvalidOperation:
        return Decimal(0)
