"""The chat call, in the OpenAI-compatible form: storyboards for our own system message, an echo for all else."""

from __future__ import annotations

import json
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import refusal
from .misbehaviour import answer
from .refusal import Refusal
from .service import Service
from .storyboard_writer import asked_in, is_storyboard_call, write_storyboard
from .submission import check_body, find_model, read_json

_CODES = {"InvalidApiKey": "invalid_api_key", "DataInspectionFailed": "data_inspection_failed"}


async def complete(request: Request) -> Response:
    """`POST /compatible-mode/v1/chat/completions`."""
    service = Service.of(request)
    try:
        service.account(request)
        raw = await read_json(request)
        service.counts["chat"] += 1

        async def work() -> Response:
            row = find_model(raw)
            if row.mode != "chat":
                raise refusal.no_such_model()
            body = check_body(raw).body()
            return JSONResponse(completion(row.id, body, service.clock()))

        messages = raw.get("messages")
        last = messages[-1] if isinstance(messages, list) and messages else None
        prompt = str(last.get("content")) if isinstance(last, dict) else None
        return await answer(service.trouble("chat", model=str(raw.get("model", "")), prompt=prompt), work)
    except Refusal as error:
        return _refused(error)


def completion(model: str, body: dict[str, Any], now: float) -> dict[str, Any]:
    """The answer to a chat; the same body gives the same text.

    Args:
        model: The model.
        body: The flat body: messages and parameters.
        now: Seconds since the epoch.
    """
    messages = [dict(message) for message in body["messages"]]
    asked = asked_in(messages) if is_storyboard_call(messages) else None
    wants_json = (body.get("response_format") or {}).get("type") == "json_object"
    if asked is not None:
        text = json.dumps(write_storyboard(asked), ensure_ascii=False, indent=None if wants_json else 2)
    else:
        last = next(str(message["content"]) for message in reversed(messages) if message["role"] == "user")
        text = json.dumps({"answer": last}, ensure_ascii=False) if wants_json else last
    prompt_tokens = sum(tokens(str(message["content"])) + 4 for message in messages)
    completion_tokens = tokens(text)
    return {
        "id": f"chatcmpl-{uuid.uuid4()}",
        "object": "chat.completion",
        "created": int(now),
        "model": model,
        "system_fingerprint": None,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "logprobs": None,
                "message": {"role": "assistant", "content": text},
            }
        ],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    }


def tokens(text: str) -> int:
    """About how many tokens a text is: a Chinese character is one, of other letters four make one."""
    wide = sum(letter >= "\u2e80" for letter in text)
    return max(1, wide + -(-(len(text) - wide) // 4))


def _refused(error: Refusal) -> Response:
    """A refusal in the form of the compatible call."""
    response = error.response()
    detail = {
        "code": _CODES.get(error.code, error.code),
        "message": error.message,
        "param": None,
        "type": "invalid_request_error" if error.http_status < 429 else "server_error",
    }
    headers = {} if error.retry_after is None else {"Retry-After": response.headers["retry-after"]}
    return JSONResponse({"error": detail, "request_id": refusal.new_id()}, error.http_status, headers)
