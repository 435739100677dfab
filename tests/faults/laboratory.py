"""The laboratory: one Prefect server, one process that forks, and rounds side by side."""

from __future__ import annotations

import os
import secrets
import shutil
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

from tests.faults.audit import Finding, files_with
from tests.faults.faults import trouble_of
from tests.faults.forks import Forks
from tests.faults.prefect import PrefectServer
from tests.faults.rounds import Bench, Round


def run_rounds(
    seeds: Sequence[int], folder: Path, *, parallel: int | None = None, told: Callable[[Round], None] | None = None
) -> tuple[list[Round], float]:
    """Run a round for each seed.

    Args:
        folder: where they work; the folders of rounds in which nothing was found are removed.
        parallel: how many at the same time; one for each processor when absent.
        told: hears of every round that is over.

    Returns:
        The rounds in the order of their seeds, and the seconds they took; with Ctrl-C, those that are over by then.
    """
    key = f"sk-test-{secrets.token_hex(16)}"
    with ExitStack() as stack:
        server = PrefectServer(folder / "prefect")
        stack.callback(server.close)
        forks = Forks(server.environment)
        stack.callback(forks.close)
        server.wait()
        began = time.monotonic()
        with ThreadPoolExecutor(parallel or os.cpu_count() or 1) as pool:
            running = {pool.submit(_round, seed, folder, forks, server, key): seed for seed in seeds}
            try:
                for future in as_completed(running):
                    if told is not None:
                        told(future.result())
            except KeyboardInterrupt:  # what is under way is seen through, the rest is left
                pool.shutdown(cancel_futures=True)
        done = sorted((one.result() for one in running if not one.cancelled()), key=lambda one: one.seed)
        seconds = time.monotonic() - began
    found = [path.relative_to(folder) for path in files_with(server.folder, key)]
    if found:
        done[-1].findings.append(Finding("other", f"the API key is in {', '.join(map(str, found))}"))
    else:
        shutil.rmtree(server.folder, ignore_errors=True)
    return done, seconds


def _round(seed: int, folder: Path, forks: Forks, server: PrefectServer, key: str) -> Round:
    home = folder / f"round-{seed}"
    try:
        made = Bench(seed, home, forks, server, key).run()
    except Exception as error:
        home.mkdir(parents=True, exist_ok=True)
        (home / "failed.txt").write_text(traceback.format_exc(), encoding="utf-8")
        made = Round(seed, trouble_of(seed), findings=[Finding("other", f"the round itself failed: {error!r}")])
    if not made.findings:
        shutil.rmtree(home, ignore_errors=True)
    return made
