"""Uploads: the ticket, the form as it comes over the wire, and what is refused before it is sent."""

from __future__ import annotations

import io
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pytest

from blocks.client import BadAnswer, Client, RefusedRequest, ServiceFailed
from blocks.client.uploading import CHUNK, Form, read_ticket, safe_name

EXPIRED = b"<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message></Error>"


def ticket(url: str, **changes: Any) -> dict[str, Any]:
    return {
        "policy": "cG9saWN5",
        "signature": "c2ln",
        "upload_dir": "dashscope-instant/abc/2026-02-09/u-1",
        "upload_host": f"{url}/bucket",
        "expire_in_seconds": 300,
        "max_file_size_mb": 1,
        "oss_access_key_id": "LTAI",
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": "true",
    } | changes


def form_of(asked: Any) -> list[tuple[str, str | None, bytes]]:
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + asked.headers["content-type"].encode() + b"\r\n\r\n" + asked.body
    )
    return [
        (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_payload(decode=True))
        for part in message.iter_parts()
    ]


@pytest.mark.parametrize("under", ["data", "output"])
async def test_a_file_goes_to_the_tickets_host_as_a_form(
    client: Client, wire: Any, words: Any, tmp_path: Path, under: str
) -> None:
    """The ticket may sit under either name; the form carries its fields, the file last, and never our key."""
    file = tmp_path / "a.png"
    file.write_bytes(b"\x89PNG" + bytes(CHUNK + 7))
    wire.answers(words.Says({"request_id": "r", under: ticket(wire.url)}), words.Says(b"", 200))

    uri = await client.upload(file, name="肖像 1.png", model="wan2.6-i2v")

    key = "dashscope-instant/abc/2026-02-09/u-1/1.png"
    assert uri == f"oss://{key}"
    policy, form = wire.asked
    assert (policy.path, policy.query) == ("/api/v1/uploads", {"action": "getPolicy", "model": "wan2.6-i2v"})
    assert (form.method, form.path) == ("POST", "/bucket")
    assert "authorization" not in form.headers
    fields = form_of(form)
    assert {name: value.decode() for name, _, value in fields[:-1]} == {
        "OSSAccessKeyId": "LTAI",
        "Signature": "c2ln",
        "policy": "cG9saWN5",
        "key": key,
        "x-oss-object-acl": "private",
        "x-oss-forbid-overwrite": "true",
        "success_action_status": "200",
    }
    assert fields[-1] == ("file", "1.png", file.read_bytes())


async def test_an_open_file_is_sent_from_its_start(client: Client, wire: Any, words: Any) -> None:
    """Where the file stands does not matter, and it is left open."""
    wire.answers(words.Says({"data": ticket(wire.url)}), words.Says(b"", 200))
    file = io.BytesIO(b"0123456789")
    file.read(4)

    await client.upload(file, name="a.mp3", model="m")

    assert form_of(wire.asked[-1])[-1] == ("file", "a.mp3", b"0123456789")
    assert not file.closed


async def test_an_expired_ticket_is_fetched_once_more(client: Client, wire: Any, words: Any) -> None:
    """A ticket that ran out while the file waited is replaced, and the whole file is sent again."""
    wire.answers(
        words.Says({"data": ticket(wire.url)}),
        words.Says(EXPIRED, 403),
        words.Says({"data": ticket(wire.url, upload_dir="second")}),
        words.Says(b"", 200),
    )

    assert await client.upload(io.BytesIO(b"whole"), name="a.png", model="m") == "oss://second/a.png"
    assert form_of(wire.asked[-1])[-1][2] == b"whole"


async def test_a_ticket_that_stays_expired_is_an_error(client: Client, wire: Any, words: Any) -> None:
    """Two expired tickets in a row are somebody's wrong clock, not bad luck: it ends."""
    wire.handler = lambda asked: (
        words.Says({"data": ticket(wire.url)}) if asked.method == "GET" else words.Says(EXPIRED, 403)
    )

    with pytest.raises(RefusedRequest, match="Policy expired") as caught:
        await client.upload(io.BytesIO(b"x"), name="a.png", model="m")

    assert len(wire.asked) == 4
    assert caught.value.code == "AccessDenied"


async def test_a_file_that_is_too_big_is_not_sent(client: Client, wire: Any, words: Any) -> None:
    """The ticket's limit is looked at before a byte is sent, and the error says what else would work."""
    wire.answers(words.Says({"data": ticket(wire.url)}))

    with pytest.raises(RefusedRequest, match=r"at most 1 MB.*object storage"):
        await client.upload(io.BytesIO(bytes(2**20 + 1)), name="a.mp4", model="m")

    assert len(wire.asked) == 1


async def test_an_empty_file_is_not_sent(client: Client, wire: Any, words: Any) -> None:
    """A file that holds nothing is refused here."""
    wire.answers(words.Says({"data": ticket(wire.url)}))

    with pytest.raises(RefusedRequest, match="empty"):
        await client.upload(io.BytesIO(b""), name="a.mp4", model="m")


async def test_a_storage_in_trouble_may_be_tried_again(client: Client, wire: Any, words: Any) -> None:
    """An upload costs nothing: after a 5xx of the storage it may simply be repeated."""
    wire.answers(words.Says({"data": ticket(wire.url)}), words.Says(b"<Error><Code>InternalError</Code></Error>", 500))

    with pytest.raises(ServiceFailed) as caught:
        await client.upload(io.BytesIO(b"x"), name="a.png", model="m")

    assert caught.value.may_resend


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": {"policy": "p"}}, {"data": ticket("file:///etc"), "x": 1}])
async def test_a_ticket_without_its_fields_is_a_bad_answer(client: Client, wire: Any, words: Any, body: Any) -> None:
    """Nothing is sent anywhere on half a ticket, nor anywhere but over http(s)."""
    wire.answers(words.Says(body))

    with pytest.raises(BadAnswer):
        await client.upload(io.BytesIO(b"x"), name="a.png", model="m")

    assert len(wire.asked) == 1


def test_a_ticket_shows_no_secrets() -> None:
    """Its signature and policy are not printed."""
    shown = repr(read_ticket({"data": ticket("https://b.example")}))

    assert not any(secret in shown for secret in ("c2ln", "cG9saWN5", "LTAI"))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\pictures\\my face.JPG", "my_face.JPG"),
        ("肖像.png", "file.png"),
        ('a"b\r\nc.mp4', "a_b_c.mp4"),
        ("", "file"),
        ("x" * 300 + ".wav", "x" * 80 + ".wav"),
    ],
)
def test_file_names_are_made_safe(name: str, safe: str) -> None:
    """A name becomes one plain path segment that keeps its extension."""
    assert safe_name(name) == safe


async def test_a_file_is_read_piece_by_piece() -> None:
    """However big the file, no more than one piece of it is in memory."""

    class Film(io.BytesIO):
        biggest = 0

        def read(self, size: int | None = -1) -> bytes:
            Film.biggest = max(Film.biggest, size or -1)
            return super().read(size)

    film = Film(bytes(5 * CHUNK + 1))
    form = Form(read_ticket({"data": ticket("https://b.example")}), "a.mp4", film, 5 * CHUNK + 1)

    sent = sum([len(piece) async for piece in form])

    assert Film.biggest == CHUNK
    assert sent == int(form.headers["Content-Length"])
