from __future__ import annotations

import httpx

from blocks.emulator import hash_of


def test_an_auditor_needs_no_key(caller, text_to_video):
    """Counts, tasks, submits and events can be read over HTTP, of all accounts."""
    task_id = caller.submit()
    caller.wait(task_id)
    url = f"{caller.emulator.url}/emulator"
    overview = httpx.get(url).json()
    assert overview["calls"]["submit"] == 1
    assert overview["tasks"] == {"SUCCEEDED": 1}
    assert [task["task_id"] for task in httpx.get(f"{url}/tasks").json()] == [task_id]
    assert httpx.get(f"{url}/submits").json() == {hash_of(text_to_video()): 1}


def test_events_are_read_from_where_one_left_off(caller):
    """Events are numbered; later ones and single kinds can be asked for."""
    caller.submit()
    caller.submit()
    url = f"{caller.emulator.url}/emulator/events"
    events = httpx.get(url, params={"kind": "accepted"}).json()
    assert len(events) == 2
    rest = httpx.get(url, params={"after": events[0]["number"]}).json()
    assert [event["number"] for event in rest] == [events[1]["number"]]


def test_no_key_is_kept(start, tmp_path):
    """The key itself is nowhere in the state."""
    caller = start(state=tmp_path, key="sk-very-secret")
    caller.wait(caller.submit())
    caller.emulator.stop()
    assert not any(b"sk-very-secret" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
