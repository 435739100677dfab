"""What the region in use does not serve."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from blocks import catalog
from tasks import finished
from tasks.fingerprint import fingerprint
from tasks.places import not_served
from tasks.records import Outcome
from tasks.session import open_session


@pytest.mark.parametrize(("emulated", "refused"), [(None, True), (True, True), (False, False)])
async def test_what_is_finished_needs_no_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, emulated: bool | None, refused: bool
) -> None:
    """A generation in storage is handed out wherever it was made; an emulator's would be sent, so it is refused."""
    monkeypatch.setenv("DASHSCOPE_BASE_URL", "https://dashscope-intl.aliyuncs.com/api/v1")
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-nobody")
    request = catalog.request({"model": "wanx2.1-t2v-turbo", "input": {"prompt": "rain"}})
    async with open_session(storage=str(tmp_path / "media")) as session:
        if emulated is not None:
            key = await fingerprint(request, storage=session.storage, assets={})
            outcome = Outcome(
                fingerprint=key, model=request.model, status="SUCCEEDED", account="a", finished_at=datetime.now(UTC)
            )
            record = finished.Finished(
                outcome=outcome, assets=[], submitted_at=None, quoted_cny=None, cost_cny=None, emulated=emulated
            )
            await finished.write(session.storage, request.to_dict(), record)
        problem = await not_served(request, session)
        assert (problem is not None) == refused
        assert await not_served(request, session, take=2) is not None
        assert problem is None or "wan2.1-t2v-turbo" in problem.models
