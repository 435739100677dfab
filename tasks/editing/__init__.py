"""The local operations of a pipeline: cutting, joining and looking at media. They cost nothing and are cached.

Importing this package registers them all.
"""

from __future__ import annotations

from tasks.editing import (  # noqa: F401 - registers the operations
    captioning,
    cutting,
    framing,
    joining,
    layering,
    looking,
    sounding,
    stills,
)
from tasks.editing.making import keep
from tasks.editing.running import Edit, done_before, edit, edit_key, run_operation

__all__ = ["Edit", "done_before", "edit", "edit_key", "keep", "run_operation"]
