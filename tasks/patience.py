"""How long is waited while the provider takes nothing in: 429, refused connections, names that do not resolve."""

from __future__ import annotations

import logging
import time

from blocks.client.errors import DashScopeError
from tasks.pace import Pace

log = logging.getLogger("wanflow.patience")

PATIENCE_SECONDS = 1800.0
"""How long a run waits unless its user says otherwise."""


class Patience:
    """The waits before one call that was not accepted is made again, all together within a deadline.

    Args:
        seconds: how long in all, from now; half an hour when absent.
        pace: how long each wait is.
        what: begins the line that says that something is waited for.
    """

    def __init__(self, seconds: float | None, pace: Pace, what: str) -> None:
        self._seconds = PATIENCE_SECONDS if seconds is None else seconds
        self._pace = pace
        self._what = what
        self._started = time.monotonic()
        self._attempt = 0

    async def wait_out(self, error: DashScopeError) -> None:
        """Wait before the next attempt.

        Raises:
            DashScopeError: this error, with the time that was waited, when the deadline has passed or the provider asks
                for a wait beyond it.
        """
        waited = time.monotonic() - self._started
        left = self._seconds - waited
        if left <= 0 or (error.retry_after or 0.0) > left:
            raise _given_up(error, waited)
        self._attempt += 1
        if self._attempt == 1:
            log.info("%s (%s); waiting, at most %.0f s.", self._what, error.code or type(error).__name__, self._seconds)
        await self._pace.back_off(self._attempt, error.retry_after, at_most=left)


def _given_up(error: DashScopeError, waited: float) -> DashScopeError:
    asked = f"; it asks for {error.retry_after:.0f} s more" if error.retry_after else ""
    error.message = f"{error.message.rstrip('. ')}; waited {waited:.0f} s{asked}"
    error.advice = "Nothing was accepted: run the same again to go on, or let it wait longer (--patience SECONDS)."
    return error
