"""What the region in use does not serve is refused before anything is sent."""

from __future__ import annotations

from blocks import catalog
from blocks.catalog import Problem, Request
from tasks import finished
from tasks.fingerprint import fingerprint
from tasks.session import Session


async def not_served(request: Request, session: Session, *, take: int = 1) -> Problem | None:
    """Why the region of this session would refuse a request, and what it would take instead.

    Returns:
        The problem, of the field ``model``; None where the region serves it, and where nothing needs to be sent because
        the generation is in storage.

    Raises:
        InvalidRequest: a media value names no file that can be read.
    """
    problem = catalog.not_served(request, session.client.region)
    if problem is None:
        return None
    key = await fingerprint(request, take=take, storage=session.storage, assets={}, base=session.base)
    record = await finished.read(session.storage, key)
    made = record is not None and not record.emulated and await finished.all_whole(session.storage, record.assets)
    return None if made else problem
