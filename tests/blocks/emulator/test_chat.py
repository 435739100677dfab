from __future__ import annotations

import json


def ask(caller, *messages: tuple[str, str], **more):
    body = {"model": "qwen-plus", "messages": [{"role": role, "content": content} for role, content in messages]} | more
    return caller.http.post(f"{caller.emulator.url}/compatible-mode/v1/chat/completions", json=body)


BRIEF = json.dumps({"brief": "江边的老船夫", "scenes": 2, "seconds": 20, "language": "zh", "max_shots": 3})


def test_a_chat_is_answered_in_the_compatible_form(caller):
    """An answer has choices and token counts that add up; the same words give the same answer."""
    answer = ask(caller, ("user", "你好")).json()
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "你好"}
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0
    assert ask(caller, ("user", "你好")).json()["choices"] == answer["choices"]


def test_a_storyboard_is_written_when_asked_for(caller):
    """Our system message and a JSON task are answered with a storyboard as JSON."""
    answer = ask(caller, ("system", "Rules.\nwanflow storyboard\nAnswer in JSON."), ("user", BRIEF)).json()
    written = json.loads(answer["choices"][0]["message"]["content"])
    assert set(written) == {"title", "look", "scenes"}
    assert sum(shot["seconds"] for scene in written["scenes"] for shot in scene["shots"]) == 20


def test_only_our_system_message_asks_for_a_storyboard(caller):
    """The same JSON without the mark is an ordinary message."""
    assert ask(caller, ("user", BRIEF)).json()["choices"][0]["message"]["content"] == BRIEF


def test_json_is_answered_when_asked_for(caller):
    """With response_format json_object the answer is JSON."""
    answer = ask(caller, ("user", "JSON please"), response_format={"type": "json_object"}).json()
    assert json.loads(answer["choices"][0]["message"]["content"]) == {"answer": "JSON please"}


def test_chat_errors_have_the_compatible_form(caller, start):
    """Refusals carry an error object, as OpenAI's do."""
    refused = ask(start(key="bad"), ("user", "hi"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
    assert ask(caller, ("user", "hi"), model="wan2.6-t2v").json()["error"]["message"] == "Model not exist."
    assert ask(caller).status_code == 400


def test_a_gateway_prefix_serves_chat_too(caller):
    """The chat path works under a prefix."""
    body = {"model": "qwen-plus", "messages": [{"role": "user", "content": "hi"}]}
    answer = caller.http.post(f"{caller.emulator.url}/qwen/compatible-mode/v1/chat/completions", json=body)
    assert answer.json()["choices"][0]["message"]["content"] == "hi"


def test_a_throttled_chat_says_when_to_come_again(start):
    """429 on a chat keeps its Retry-After header."""
    caller = start({"rules": [{"at": "chat", "do": {"kind": "throttle", "retry_after": 2}}]})
    assert ask(caller, ("user", "hi")).headers["Retry-After"] == "2"
