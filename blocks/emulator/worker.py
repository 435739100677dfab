"""A process that renders: reads jobs from its standard input, writes what came of them to its standard output.

It ends when its input ends, so it never outlives the service, however that died. Started by `blocks.emulator.workers`
as `python -m blocks.emulator.worker`; it does not import the caller's main module, as a process pool would.
"""

from __future__ import annotations

import os
import pickle
import queue
import struct
import threading
import traceback
from typing import Any, BinaryIO

HEADER = struct.Struct(">Q")


def read_message(stream: BinaryIO) -> Any:
    """The next pickled value.

    Raises:
        EOFError: The other side is gone.
    """
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        raise EOFError
    (length,) = HEADER.unpack(head)
    return pickle.loads(stream.read(length))


def pack(value: Any) -> bytes:
    """A value as `read_message` reads it."""
    data = pickle.dumps(value)
    return HEADER.pack(len(data)) + data


def main() -> None:
    """Renders job after job until there are no more."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not end up between the answers
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read_jobs, args=(source, jobs), daemon=True).start()
    while True:
        job = jobs.get()
        try:
            from blocks.emulator.render import render  # here, so that what fails in it is told

            answer: tuple[bool, Any] = (True, render(job))
        except Exception:
            answer = (False, traceback.format_exc())
        sink.write(pack(answer))
        sink.flush()


def _read_jobs(source: BinaryIO, jobs: queue.SimpleQueue[Any]) -> None:
    """Hands on jobs; ends the process, in the middle of a picture too, when the service is gone."""
    while True:
        try:
            jobs.put(read_message(source))
        except EOFError:
            os._exit(0)


if __name__ == "__main__":
    main()
