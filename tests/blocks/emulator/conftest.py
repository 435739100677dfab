"""Emulated services for tests, and somebody who calls them over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from blocks.emulator import Emulator, Scenario

VIDEO = "/services/aigc/video-generation/video-synthesis"


class Caller:
    """A client of one emulated service, by hand: httpx and the documented headers."""

    def __init__(self, emulator: Emulator, http: httpx.Client) -> None:
        self.emulator = emulator
        self.http = http

    def post(self, path: str = VIDEO, *, body: Any = None, headers: dict[str, str] | None = None) -> httpx.Response:
        """POST to a path under the base URL; without a body a small text-to-video request."""
        headers = {"X-DashScope-Async": "enable"} | (headers or {})
        return self.http.post(
            self.emulator.base_url + path, json=text_to_video() if body is None else body, headers=headers
        )

    def submit(self, **fields: Any) -> str:
        """Submits a text-to-video request and gives its task id."""
        answer = self.post(body=text_to_video(**fields))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["output"]["task_id"])

    def get(self, path: str, **query: Any) -> httpx.Response:
        """GET a path under the base URL."""
        return self.http.get(self.emulator.base_url + path, params=query)

    def query(self, task_id: str) -> dict[str, Any]:
        """The answer about a task."""
        answer: dict[str, Any] = self.get(f"/tasks/{task_id}").json()
        return answer

    def wait(self, task_id: str, seconds: float = 60) -> dict[str, Any]:
        """The answer about a task once it has ended."""
        return until(lambda: ended(self.query(task_id)), seconds)

    def upload(self, data: bytes, name: str = "a.png", model: str = "wan2.6-i2v-flash") -> str:
        """Uploads a file as documented and gives its `oss://` link."""
        policy = self.get("/uploads", action="getPolicy", model=model).json()["data"]
        key = f"{policy['upload_dir']}/{name}"
        answer = httpx.post(policy["upload_host"], data=form(policy, key), files={"file": (name, data)})
        assert answer.status_code == 200, answer.text
        return f"oss://{key}"


def form(policy: dict[str, Any], key: str) -> dict[str, str]:
    """The fields of an upload form, without the file."""
    return {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "key": key,
        "x-oss-object-acl": policy["x_oss_object_acl"],
        "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        "success_action_status": "200",
    }


def text_to_video(model: str = "wan2.6-t2v", prompt: str = "雨夜的街道", **parameters: Any) -> dict[str, Any]:
    """A small request body."""
    return {"model": model, "input": {"prompt": prompt}, "parameters": {"size": "1280*720", "duration": 5} | parameters}


def ended(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The answer, if the task in it has ended."""
    return answer if answer["output"]["task_status"] in {"SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"} else None


def until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """What the condition gives once it gives something; fails after a while."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


Start = Callable[..., Caller]


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., Any]:
    """Waits for a condition."""
    return until


@pytest.fixture(name="upload_form")
def form_fixture() -> Callable[[dict[str, Any], str], dict[str, str]]:
    """Makes the fields of an upload form."""
    return form


@pytest.fixture(name="text_to_video")
def text_to_video_fixture() -> Callable[..., dict[str, Any]]:
    """Makes a small request body."""
    return text_to_video


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts emulated services (by default such as render nothing) and stops them after the test."""
    with ExitStack() as stack:

        def begin(scenario: dict[str, Any] | None = None, *, key: str = "sk-one", **options: Any) -> Caller:
            rules = None if scenario is None else Scenario.model_validate(scenario)
            emulator = stack.enter_context(Emulator(scenario=rules, **({"render": "none"} | options)))
            http = httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=30)
            return Caller(emulator, stack.enter_context(http))

        yield begin


@pytest.fixture
def caller(start: Start) -> Caller:
    """A caller of a service that does everything well and renders nothing."""
    return start()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A PNG that every model takes as a first frame."""
    from PIL import Image

    path = tmp_path / "frame.png"
    Image.linear_gradient("L").resize((640, 384)).convert("RGB").save(path)
    return path
