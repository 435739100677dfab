"""What every command of ``wanflow`` shares: its options, exit codes, one clear message for what the user can mend."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from flows.settings import apply_defaults

if TYPE_CHECKING:
    from flows.options import Options

T = TypeVar("T")

DONE, WRONG_INPUT, REFUSED, PARTLY, INTERRUPTED = 0, 2, 3, 4, 130

PipelineName = Annotated[str, typer.Argument(metavar="PIPELINE", help="A built-in pipeline's name, or a file.")]
FileOption = Annotated[
    Path | None, typer.Option("-f", "--file", metavar="FILE", help="A storyboard (film) or a file of parameters.")
]
ParamOption = Annotated[
    list[str] | None, typer.Option("-p", "--param", metavar="KEY=VALUE", help="A parameter; over those of the file.")
]
StorageOption = Annotated[
    str | None,
    typer.Option(
        "--storage",
        metavar="URL",
        help="Where results land. Without it: WANFLOW_STORAGE, else the "
        "block media-storage/default of Prefect's server if PREFECT_API_URL names one, else ./media.",
    ),
]
CheckOption = Annotated[
    bool, typer.Option("--check-inputs", help="Look at files behind web addresses, too, before they are paid for.")
]
AmbiguousOption = Annotated[
    str,
    typer.Option(
        "--on-ambiguous",
        metavar="fail|resubmit",
        help="When nobody can tell whether a submit was accepted: stop it, or send it again and risk paying twice.",
    ),
]
PatienceOption = Annotated[
    float | None,
    typer.Option(
        "--patience",
        metavar="SECONDS",
        min=0,
        help="How long to wait for a service that is busy or not reached; default: half an hour once it was reached.",
    ),
]
ApproveOption = Annotated[
    bool, typer.Option("--approve", help="Ask before anything is paid: here, or in the UI of a running server.")
]
ChooseFirstOption = Annotated[
    bool,
    typer.Option("--choose-first", help="Where a person would choose a variant and nobody has yet, take the first."),
]
AllowOption = Annotated[
    list[Path] | None,
    typer.Option("--allow-files", metavar="DIR", help="A folder that the pipeline file may read beside its own."),
]
MaxCostOption = Annotated[str | None, typer.Option("--max-cost", metavar="CNY", help="Never spend more than this.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Show Prefect's own log.")]


def prepare(*, verbose: bool) -> None:
    """Settle Prefect's settings before it is imported; its log stays off the terminal unless asked for."""
    apply_defaults()
    if not verbose:
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
        os.environ.setdefault("PREFECT_LOGGING_LOGGERS_PREFECT_LEVEL", "INFO")


def run_async(work: Callable[[], Coroutine[Any, Any, T]], as_json: bool) -> T:
    """Do what a command does; failures end as with `guarded`, SIGTERM as Ctrl-C."""
    # Prefect puts its own handler over this one while a flow runs: flows.termination.
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT)) if _in_main_thread() else None
    hear_interrupts()
    try:
        return guarded(lambda: asyncio.run(work()), as_json)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def hear_interrupts() -> None:
    """Have SIGINT heard where a shell that put the command into the background has it ignored: SIGTERM needs it."""
    if _in_main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def guarded(work: Callable[[], T], as_json: bool) -> T:
    """Do it; what the user can mend ends in one clear message and the right exit code."""
    from blocks.catalog import InvalidRequest
    from flows.document import InvalidInput

    try:
        return work()
    except (InvalidInput, InvalidRequest) as error:
        fail(str(error), "InvalidInput", WRONG_INPUT, as_json)
    except (KeyboardInterrupt, asyncio.CancelledError):  # a run that was cancelled in the UI cancels itself
        fail(
            "Interrupted. What is under way can be picked up: run the same command again.",
            "Interrupted",
            INTERRUPTED,
            as_json,
        )
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        fail(_said(error), getattr(error, "code", None) or type(error).__name__, code, as_json)


def _exit_code(error: Exception) -> int | None:
    from blocks.storage import StorageUnusable
    from tasks.budget import BudgetExceeded

    if isinstance(error, StorageUnusable | BudgetExceeded) or _misconfigured(error) or _serverless(error):
        return WRONG_INPUT
    from blocks.client.errors import DashScopeError
    from flows.asking import NotApproved
    from flows.filming import NotWritten
    from flows.productions import ProductionFailed
    from tasks.in_flight import NotInFlight
    from tasks.resuming import NotOurs

    if isinstance(error, NotApproved | NotInFlight | NotOurs):
        return WRONG_INPUT
    return REFUSED if isinstance(error, DashScopeError | NotWritten | ProductionFailed) or _server_lost(error) else None


def _misconfigured(error: Exception) -> bool:
    """Whether a block refuses what the environment says."""
    from pydantic import ValidationError

    return isinstance(error, ValidationError) and error.title in ("DashScope", "MediaStorage")


def _serverless(error: Exception) -> bool:
    """Whether Prefect found no server at its address, before the run began."""
    return isinstance(error, RuntimeError) and str(error).startswith("Failed to reach API at ")


def _server_lost(error: Exception) -> bool:
    """Whether Prefect lost its server during a run; what speaks to the provider has errors of its own."""
    from httpx import TransportError

    return isinstance(error, TransportError)


def _said(error: Exception) -> str:
    from pydantic import ValidationError

    if _server_lost(error):
        return (
            f"Prefect's server is not reached any more ({type(error).__name__}: {error}). What is under way can be"
            " picked up: run the same again once the server is there, or with PREFECT_API_URL unset."
        )
    if _serverless(error):
        address = str(error).removeprefix("Failed to reach API at ")
        return (
            f"Prefect's server at {address} does not answer. Start it (`wanflow up`), or unset PREFECT_API_URL for a"
            " temporary one."
        )
    if isinstance(error, ValidationError):
        return "; ".join(str(item["msg"]).removeprefix("Value error, ") for item in error.errors(include_url=False))
    advice = getattr(error, "advice", None)
    text = str(error)
    return f"{text}\n{advice}" if advice and advice not in text else text


def fail(message: str, code: str, exit_code: int, as_json: bool) -> NoReturn:
    """End the command with a message, and with a JSON document that says the same where one is wanted."""
    if as_json:
        print_json({"error": {"code": code, "message": message}, "generations": []})
    typer.echo(message, err=True)
    raise typer.Exit(exit_code)


def options_of(
    as_json: bool,
    *,
    storage: str | None,
    max_cost: str | None = None,
    check_inputs: bool = False,
    on_ambiguous: str = "fail",
    patience: float | None = None,
    approve: bool = False,
    choose_first: bool = False,
    allow_files: list[Path] | None = None,
) -> Options:
    """The options of a command as the run takes them."""
    from flows.options import Options

    if on_ambiguous not in ("fail", "resubmit"):
        fail(f"--on-ambiguous takes fail or resubmit, got {on_ambiguous!r}", "InvalidInput", WRONG_INPUT, as_json)
    limit = _amount(max_cost, as_json)
    allowed = tuple(allow_files or ())
    ambiguous: Any = on_ambiguous
    return Options(storage, limit, check_inputs, ambiguous, patience, allowed, approve, choose_first)


def _amount(text: str | None, as_json: bool) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        fail(f"--max-cost takes an amount in CNY such as 12.50, got {text!r}", "InvalidInput", WRONG_INPUT, as_json)
    return amount


def print_json(value: Any) -> None:
    """The one JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()
