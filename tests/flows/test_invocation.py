"""How every command ends: what the user can mend is a message, anything else a traceback."""

from __future__ import annotations

import json

import httpx
import pytest
import typer

from flows.invocation import guarded


@pytest.mark.parametrize("as_json", [False, True])
def test_a_prefect_server_that_goes_away_during_a_run(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    """It is a line that says how to go on, exit code 3, and one JSON document where one is wanted."""

    def work() -> None:
        httpx.get("http://127.0.0.1:9/api/flow_runs", trust_env=False)

    with pytest.raises(typer.Exit) as ended:
        guarded(work, as_json)
    said = capsys.readouterr()
    assert ended.value.exit_code == 3 and len(said.err.splitlines()) == 1
    assert said.err.startswith("Prefect's server is not reached any more (ConnectError: ")
    assert "What is under way can be picked up: run the same again" in said.err
    assert not as_json or json.loads(said.out)["error"]["code"] == "ConnectError"


def test_a_mistake_of_ours_is_not_hidden() -> None:
    """Whatever nobody expected comes through as it is."""
    with pytest.raises(ZeroDivisionError):
        guarded(lambda: 1 / 0, False)
