"""Handing a local file to a model: a ticket from the provider, then a form to its storage, streaming."""

from __future__ import annotations

import asyncio
import mimetypes
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from blocks.client.errors import BadAnswer, RefusedRequest, ServiceFailed

CHUNK = 256 * 1024
"""Bytes read and sent at a time."""


@dataclass(frozen=True, repr=False)
class Ticket:
    """Leave to upload files for one model for a short while; its fields are secrets.

    Attributes:
        host: where the form goes.
        folder: what the file's key begins with.
        fields: form fields beside the key and the file.
        max_bytes: the biggest file it allows; None when it does not say.
    """

    host: str
    folder: str
    fields: Mapping[str, str]
    max_bytes: int | None

    def __repr__(self) -> str:
        return f"Ticket(host={self.host!r})"

    def key(self, name: str) -> str:
        """The object's key for a file name."""
        return f"{self.folder.rstrip('/')}/{safe_name(name)}"


def read_ticket(body: Mapping[str, Any]) -> Ticket:
    """Read the answer of ``getPolicy``; the fields sit under ``data`` or under ``output``.

    Raises:
        BadAnswer: a field is missing.
    """
    policy = body.get("data") or body.get("output")
    wanted = ("policy", "signature", "upload_dir", "upload_host", "oss_access_key_id")
    missing = [name for name in wanted if not isinstance(policy, Mapping) or not policy.get(name)]
    if missing or not isinstance(policy, Mapping):
        raise BadAnswer(f"The upload ticket lacks {', '.join(missing)}")
    host = str(policy["upload_host"])
    if not re.match(r"https?://", host):
        raise BadAnswer("The upload ticket names no http(s) address")
    fields = {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "x-oss-object-acl": policy.get("x_oss_object_acl"),
        "x-oss-forbid-overwrite": policy.get("x_oss_forbid_overwrite"),
    }
    try:
        megabytes = float(policy.get("max_file_size_mb") or 0)
    except (TypeError, ValueError):
        megabytes = 0
    return Ticket(
        host=host,
        folder=str(policy["upload_dir"]),
        fields={name: str(value) for name, value in fields.items() if value is not None},
        max_bytes=int(megabytes * 1024 * 1024) or None,
    )


def safe_name(name: str) -> str:
    """A file name that is safe in an object key: no folders, plain ASCII, its extension kept."""
    stem, extension = os.path.splitext(re.split(r"[\\/]", name)[-1])
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._") or "file"
    return stem[:80] + re.sub(r"[^A-Za-z0-9.]", "", extension)[:12]


@contextmanager
def opened(source: str | os.PathLike[str] | BinaryIO) -> Iterator[tuple[BinaryIO, int]]:
    """Give a binary file and its size in bytes; a path is opened and closed again, an open file goes to its start."""
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            yield file, os.fstat(file.fileno()).st_size
        return
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    yield source, size


def check_size(size: int, ticket: Ticket, name: str) -> None:
    """Refuse a file the ticket does not allow, before any of it is sent.

    Raises:
        RefusedRequest: it is too big, or empty.
    """
    if size == 0:
        raise RefusedRequest(f"{name} is empty", code="InvalidFile.Size", advice="Give a file that holds something.")
    if ticket.max_bytes is not None and size > ticket.max_bytes:
        raise RefusedRequest(
            f"{name} has {size / 2**20:.1f} MB; an upload takes at most {ticket.max_bytes / 2**20:.0f} MB",
            code="BadRequest.TooLarge",
            advice="Make the file smaller, or put it on object storage and give its presigned URL.",
        )


class Form:
    """A multipart form whose file is read while it is sent.

    Args:
        ticket: the leave to upload.
        name: the file's name.
        file: open, at its start.
        size: its bytes.
    """

    def __init__(self, ticket: Ticket, name: str, file: BinaryIO, size: int) -> None:
        boundary = secrets.token_hex(16)
        fields = {**ticket.fields, "key": ticket.key(name), "success_action_status": "200"}
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        # The storage ignores everything after the file, so it comes last.
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{safe_name(name)}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        )
        self._head = "".join(parts).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._file = file
        self._size = size
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + size + len(self._tail)),
        }

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._head
        left = self._size
        while left > 0:
            chunk = await asyncio.to_thread(self._file.read, min(CHUNK, left))
            if not chunk:
                raise OSError("the file became shorter while it was uploaded")
            left -= len(chunk)
            yield chunk
        yield self._tail


def expired(text: str) -> bool:
    """Whether the storage refused because the ticket is out of date (models-extra.yaml errors, AccessDenied)."""
    return "policy expired" in text.casefold()


def storage_error(status: int, text: str) -> RefusedRequest | ServiceFailed:
    """Name the error of an answer of the provider's object storage, which speaks XML."""
    code = _tag("Code", text)
    message = _tag("Message", text) or f"The upload was answered with HTTP {status}"
    request_id = _tag("RequestId", text)
    if status >= 500 or status == 429:
        return ServiceFailed(message, code=code, http_status=status, request_id=request_id, accepted="no")
    return RefusedRequest(
        message,
        code=code,
        http_status=status,
        request_id=request_id,
        transient=expired(text),
        advice="The provider's storage refused the upload; put the file on object storage and give its presigned URL.",
    )


def _tag(name: str, text: str) -> str | None:
    match = re.search(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
    return match[1].strip() if match else None
