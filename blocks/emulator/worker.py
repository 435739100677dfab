"""A process that renders: reads jobs from its standard input, writes what came of them to its standard output.

It ends when its input ends, so it never outlives the service, however that died. Started by `blocks.emulator.workers`
as `python -m blocks.emulator.worker`; it does not import the caller's main module, as a process pool would.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
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
    from blocks.emulator.render import render

    while True:
        try:
            job = read_message(source)
        except EOFError:
            return
        try:
            answer: tuple[bool, Any] = (True, render(job))
        except Exception:
            answer = (False, traceback.format_exc())
        try:
            sink.write(pack(answer))
            sink.flush()
        except BrokenPipeError:
            os._exit(0)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
