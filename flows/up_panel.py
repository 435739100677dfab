"""What `wanflow up` says once everything answers: one panel with every address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Addresses:
    """Where everything is.

    Attributes:
        service: base URL of the emulator; None where the real service, or a saved block, takes the requests.
        deployments: as ``flow/deployment``.
    """

    ui: str
    api: str
    service: str | None
    storage: str
    deployments: tuple[str, ...]
    logs: Path


def panel(addresses: Addresses) -> Panel:
    """Draw it."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("Prefect UI", Text(addresses.ui, style=f"link {addresses.ui} cyan"))
    table.add_row("Service", _service(addresses.service))
    table.add_row("Storage", addresses.storage)
    table.add_row("Deployments", "\n".join(addresses.deployments))
    table.add_row("Logs", str(addresses.logs))
    # The film's form comes filled in; the others want a file first.
    named = next((one for one in addresses.deployments if one == "film/film"), next(iter(addresses.deployments), None))
    hints = Text.assemble(
        ("\nFrom another terminal\n", "bold"),
        f"  export PREFECT_API_URL={addresses.api}\n",
        *([f"  prefect deployment run {named}\n"] if named else []),
        ("\nCtrl-C stops all of it; starting again loses nothing.", "dim"),
    )
    return Panel(Group(table, hints), title="wanflow is up", title_align="left", border_style="cyan", padding=(1, 2))


def _service(emulator: str | None) -> Text:
    if emulator:
        return Text.assemble("the emulator, ", emulator, (" (no key: animatics, nothing is paid)", "yellow"))
    return Text("DashScope, as the environment or the block dashscope/default says: generations are paid for")
