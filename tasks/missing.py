"""An answer that says that a task succeeded, and names nothing that it made."""

from __future__ import annotations

from blocks import catalog
from tasks.downloading import DownloadFailed
from tasks.records import Outcome

TO_BE_HAD = "It may be billed. Run the same again, or `wanflow generations resume --all`: nothing is sent again."
"""What to do about a generation whose files did not arrive: for a day they can be had from the provider."""

_FILES = ("image", "images", "video", "audio")


class ResultMissing(DownloadFailed):
    """A task succeeded without a result that anybody can find. It may be billed; it stays in the journal."""

    code = "ResultMissing"
    advice = TO_BE_HAD

    def __init__(self, outcome: Outcome) -> None:
        Exception.__init__(self, f"task {outcome.task_id} succeeded, but the provider's answer names no result")
        self.expired = False


def check_named(outcome: Outcome) -> None:
    """Make sure that a task that succeeded gave something: a file, a value of its model, or why its parts failed.

    Raises:
        ResultMissing: it did not.
    """
    row = catalog.MODELS.get(outcome.model)
    values = [name for name, kind in row.outputs.items() if kind not in _FILES] if row else list(outcome.values)
    if not outcome.urls and all(outcome.values.get(name) is None for name in (*values, "failed_parts")):
        raise ResultMissing(outcome)
