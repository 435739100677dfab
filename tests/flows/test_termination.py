"""SIGTERM is heard as Ctrl-C is: by a command, within a flow, and where a shell has Ctrl-C ignored."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator

import pytest
import typer
from prefect.utilities import engine

from flows.invocation import INTERRUPTED, hear_interrupts, run_async
from flows.termination import end_gently


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The handlers of this process are as before, afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(engine, "_prefect_sigterm_handler", engine._prefect_sigterm_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("hears", [hear_interrupts, end_gently])
def test_a_command_in_the_background_hears(hears: Callable[[], None]) -> None:
    """A shell without job control has SIGINT ignored there; what the user decided otherwise stays."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hears()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def own(*_: object) -> None:
        pass

    signal.signal(signal.SIGINT, own)
    hears()
    assert signal.getsignal(signal.SIGINT) is own


@pytest.mark.parametrize("ignored", [False, True])
def test_a_command_ends_in_order(ignored: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """SIGTERM cancels what a command does, which sees itself through; exit code 130, one line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.default_int_handler)
    signal.signal(signal.SIGTERM, before := lambda *_: None)
    seen_through = []

    async def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
            await asyncio.wait_for(asyncio.Event().wait(), 5)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            seen_through.append(True)
            raise

    with pytest.raises(typer.Exit) as ended:
        run_async(work, as_json=False)
    assert ended.value.exit_code == INTERRUPTED == 130 and seen_through == [True]
    assert capsys.readouterr().err.startswith("Interrupted. ")
    assert signal.getsignal(signal.SIGTERM) is before


def test_within_a_flow_it_is_an_interrupt() -> None:
    """The handler that Prefect puts in place while a flow runs raises nothing in the middle of the loop."""
    end_gently()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: None)  # Prefect's own handler would end this process
    with pytest.raises(KeyboardInterrupt), engine.capture_sigterm():
        signal.raise_signal(signal.SIGTERM)
