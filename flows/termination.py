"""SIGTERM ends a run as Ctrl-C does: the flow is cancelled, what is on its way is seen through, then the process ends.

Prefect's own handler raises in the middle of the event loop, which then cancels every task at once, a submit that waits
for its answer included: nobody would know which task to cancel or to name. That is what a run cancelled in the UI gets.
"""

from __future__ import annotations

import signal
from typing import Any

from prefect.utilities import engine

from flows.invocation import hear_interrupts


def end_gently() -> None:
    """Let the handler that Prefect puts in place while a flow runs pass SIGTERM on as SIGINT, which asyncio handles."""
    hear_interrupts()
    engine._prefect_sigterm_handler = _as_interrupt  # type: ignore[assignment]


def _as_interrupt(*_: Any) -> None:
    signal.raise_signal(signal.SIGINT)
