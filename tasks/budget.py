"""The budget of one run: actual costs and outstanding quotes together never pass the limit."""

from __future__ import annotations

from decimal import Decimal


class BudgetExceeded(Exception):
    """The next request would pass the limit. It was not sent; everything done so far is kept."""

    code = "BudgetExceeded"


class Budget:
    """Counts what was spent and what may still be billed, in CNY.

    Args:
        limit: the most this run may cost; None is no limit.
    """

    def __init__(self, limit: Decimal | None = None) -> None:
        self.limit = limit
        self.spent = Decimal(0)
        self._outstanding: dict[str, Decimal] = {}

    @property
    def outstanding(self) -> Decimal:
        """The sum of the quotes of requests that were sent and have not ended."""
        return sum(self._outstanding.values(), Decimal(0))

    def reserve(self, fingerprint: str, quote: Decimal | None, *, what: str, sent: bool = False) -> None:
        """Set the quote of a request aside before it is sent.

        Args:
            quote: what it will cost, CNY; None is unknown.
            what: names it in the error.
            sent: an earlier run has sent it: it will be billed whatever the limit says.

        Raises:
            BudgetExceeded: when it would pass the limit, or its price is unknown while there is one.
        """
        if fingerprint in self._outstanding:
            return
        if self.limit is not None and not sent:
            if quote is None:
                raise BudgetExceeded(
                    f"{what}: its price is unknown, so the limit of {self.limit} CNY cannot be kept; not sent"
                )
            total = self.spent + self.outstanding + quote
            if total > self.limit:
                raise BudgetExceeded(
                    f"{what}: {quote} CNY more would make {total} CNY, over the limit of {self.limit} CNY; not sent"
                )
        self._outstanding[fingerprint] = quote or Decimal(0)

    def settle(self, fingerprint: str, cost: Decimal | None) -> None:
        """Replace the quote by what the request did cost; an unknown cost keeps its quote as spent."""
        quote = self._outstanding.pop(fingerprint, None)
        if quote is not None:
            self.spent += quote if cost is None else cost
