"""How a run goes, whatever it runs: where to, for how much at most, how careful."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import Field

from flows.cancellation import heard
from tasks.session import OnAmbiguous, Session, open_session

Storage = Annotated[
    str | None, Field(description="Where results land: any fsspec URL; the configured storage if absent.")
]
MaxCost = Annotated[Decimal | None, Field(ge=0, description="Stop before the request that would pass this, CNY.")]
CheckInputs = Annotated[bool, Field(description="Look at files behind web addresses, too, before they are paid for.")]
Ambiguous = Annotated[
    OnAmbiguous,
    Field(
        description="When nobody can tell whether a submit was accepted: stop that generation and name the candidates, "
        "or send it again and risk paying twice."
    ),
]

Patience = Annotated[
    float | None,
    Field(
        ge=0,
        description="Seconds to wait while the service takes nothing in (busy, not reached) before giving up; half an "
        "hour if absent.",
    ),
]

Approve = Annotated[bool, Field(description="Wait until a person has seen plan and price and says yes.")]
ChooseFirst = Annotated[
    bool,
    Field(description="Ask nobody which variant to go on with: where a person would and has not yet, take the first."),
]


@dataclass(frozen=True)
class Options:
    """What a command says about the run.

    Attributes:
        storage: fsspec URL; the configured storage if absent.
        max_cost: the most it may cost, CNY.
        check_inputs: look at files behind web addresses, too.
        on_ambiguous: what happens when nobody can tell whether a submit was accepted.
        patience_seconds: how long a service that takes nothing in is waited for; half an hour if absent.
        allowed: folders and files beyond its own folder that a pipeline file may read.
        approve: a person has to approve the plan before anything is sent.
        choose_first: where a person would choose a variant and nobody has yet, the first goes on.
    """

    storage: str | None = None
    max_cost: Decimal | None = None
    check_inputs: bool = False
    on_ambiguous: OnAmbiguous = "fail"
    patience_seconds: float | None = None
    allowed: tuple[Path, ...] = ()
    approve: bool = False
    choose_first: bool = False

    @asynccontextmanager
    async def session(
        self, *, base: Path | None = None, given: tuple[Path, ...] = (), offline: bool = False
    ) -> AsyncIterator[Session]:
        """A session that goes so; a flow run hears meanwhile that somebody cancels it.

        Args:
            base: the folder that relative local inputs start from.
            given: files that the user named beside the pipeline file.
            offline: nothing will be sent.
        """
        opened = open_session(
            self.storage,
            max_cost=self.max_cost,
            base=base,
            offline=offline,
            on_ambiguous=self.on_ambiguous,
            patience_seconds=self.patience_seconds,
            check_inputs=self.check_inputs,
            allowed=(*self.allowed, *given),
        )
        async with opened as session, heard():
            yield session
