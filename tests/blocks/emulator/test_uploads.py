from __future__ import annotations

import httpx
import pytest

MODEL = "wan2.6-i2v-flash"


def policy(caller) -> dict[str, str]:
    return caller.get("/uploads", action="getPolicy", model=MODEL).json()["data"]


def send(data, key, form, content=b"bytes"):
    return httpx.post(data["upload_host"], data=form(data, key), files={"file": ("a.png", content)})


def test_the_policy_has_the_documented_fields(caller):
    """The policy call names all that the form needs."""
    data = policy(caller)
    assert set(data) >= {
        *("policy", "signature", "upload_dir", "upload_host", "expire_in_seconds", "max_file_size_mb"),
        *("oss_access_key_id", "x_oss_object_acl", "x_oss_forbid_overwrite"),
    }


@pytest.mark.parametrize("query", [{"model": MODEL}, {"action": "getPolicy"}, {"action": "other", "model": MODEL}])
def test_a_policy_call_must_be_whole(caller, query):
    """Without the action or the model there is no policy."""
    assert caller.get("/uploads", **query).json()["code"] == "InvalidParameter"


def test_a_file_is_taken_and_cannot_be_read_back(caller, upload_form):
    """An upload is answered with 200; nobody can fetch it."""
    data = policy(caller)
    key = f"{data['upload_dir']}/a.png"
    assert send(data, key, upload_form).status_code == 200
    assert httpx.get(f"{data['upload_host']}/{key}").status_code == 404


def test_a_forged_policy_is_refused(caller, upload_form):
    """Neither another signature nor another policy text opens the host."""
    data = policy(caller)
    key = f"{data['upload_dir']}/a.png"
    assert send(data | {"signature": "AAAA"}, key, upload_form).status_code == 403
    assert send(data | {"policy": "e30="}, key, upload_form).status_code == 403


@pytest.mark.parametrize("key", ["elsewhere/a.png", "{dir}/../a.png", "{dir}/", "{dir}/sub/a.png"])
def test_a_key_stays_in_its_folder(caller, upload_form, key):
    """A policy is good for its own folder only."""
    data = policy(caller)
    assert send(data, key.replace("{dir}", data["upload_dir"]), upload_form).status_code == 403


def test_nothing_is_overwritten(caller, upload_form):
    """A second file under the same key is refused."""
    data = policy(caller)
    key = f"{data['upload_dir']}/a.png"
    assert send(data, key, upload_form).status_code == 200
    assert send(data, key, upload_form, b"other").status_code == 409


def test_a_policy_ends(start, upload_form):
    """A form with a policy past its time is refused in the documented words."""
    now = [1_700_000_000.0]
    caller = start(clock=lambda: now[0])
    data = policy(caller)
    now[0] += data["expire_in_seconds"] + 1
    answer = send(data, f"{data['upload_dir']}/a.png", upload_form)
    assert answer.status_code == 403
    assert "Policy expired" in answer.text


def test_a_form_without_a_file_is_refused(caller, upload_form):
    """The file must be there."""
    data = policy(caller)
    fields = upload_form(data, f"{data['upload_dir']}/a.png")
    answer = httpx.post(data["upload_host"], files={name: (None, value) for name, value in fields.items()})
    assert answer.status_code == 400
