"""A question at the terminal: numbered answers, and a line of input that Ctrl-C ends like everything else."""

from __future__ import annotations

import asyncio
import sys

from rich.text import Text

from flows.asking import NotAnswered, Question, Terminal
from flows.terminal import Progress, err


def somebody_there() -> bool:
    """Whether a person sits at this terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and err.is_terminal


def asks_beside(progress: Progress) -> Terminal:
    """Asks at the terminal, with the table of steps out of the way meanwhile."""

    async def ask(question: Question) -> int:
        with progress.aside():
            return await ask_here(question)

    return ask


async def ask_here(question: Question) -> int:
    """The number of the answer, from 0; asks again until it is one, and says what it did not understand.

    Raises:
        NotAnswered: the input ended.
    """
    err.print(Text(question.title, style="bold"), soft_wrap=True)
    for number, answer in enumerate(question.answers, 1):
        err.print(Text(f"  {number}  {answer}"), soft_wrap=True)
    if question.sheet is not None:
        err.print(Text(f"  all of them: {question.sheet.uri}", style="dim"), soft_wrap=True)
    wanted = ", ".join([f"1 to {len(question.answers)}", *question.words])
    while True:
        err.print(Text(f"{wanted}: "), end="")
        line = await _line()
        if not line:
            raise NotAnswered("the input ended without an answer")
        meant = _understood(line.strip().lower(), question)
        if meant is not None:
            return meant
        err.print(Text(f"{line.strip()!r} is none of them.", "yellow"), soft_wrap=True)


def _understood(said: str, question: Question) -> int | None:
    """The number of the answer that was typed: as its number, its word or the beginning of that, or all of it."""
    numbers = [str(number) for number in range(1, len(question.answers) + 1)]
    for ways in (numbers, [answer.lower() for answer in question.answers], question.words):
        if said in ways:
            return ways.index(said)
    meant = [number for number, word in enumerate(question.words) if said and word.startswith(said)]
    return meant[0] if len(meant) == 1 else None


async def _line() -> str:
    """A line of input, without a thread that would outlive Ctrl-C; empty at its end."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(sys.stdin, ready.set)
    try:
        await ready.wait()
        return sys.stdin.readline()
    finally:
        loop.remove_reader(sys.stdin)
