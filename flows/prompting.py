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
    """The number of the answer, from 0; asks again until it is one.

    Raises:
        NotAnswered: the input ended.
    """
    err.print(Text(question.title, style="bold"), soft_wrap=True)
    for number, answer in enumerate(question.answers, 1):
        err.print(Text(f"  {number}  {answer}"), soft_wrap=True)
    if question.sheet is not None:
        err.print(Text(f"  all of them: {question.sheet.uri}", style="dim"), soft_wrap=True)
    while True:
        err.print(f"1 to {len(question.answers)}: ", end="")
        line = await _line()
        if not line:
            raise NotAnswered("the input ended without an answer")
        if line.strip().isdigit() and 1 <= int(line) <= len(question.answers):
            return int(line) - 1


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
