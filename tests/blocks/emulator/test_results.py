from __future__ import annotations

import io

import av
import httpx


def result(caller) -> str:
    return caller.wait(caller.submit())["output"]["video_url"]


def test_a_result_is_a_real_film(caller):
    """What a link leads to is a whole H.264 film with its length in the header."""
    answer = httpx.get(result(caller))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert int(answer.headers["content-length"]) == len(answer.content)
    with av.open(io.BytesIO(answer.content)) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in film.decode(video=0)) == 30


def test_a_part_can_be_fetched(caller):
    """Range requests give exactly the bytes asked for, so that a broken download can go on."""
    link = result(caller)
    whole = httpx.get(link).content
    part = httpx.get(link, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    rest = httpx.get(link, headers={"Range": f"bytes={len(whole) - 10}-"})
    assert rest.content == whole[-10:]
    assert httpx.get(link, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_a_link_needs_no_key_but_its_signature(caller):
    """A link is its own ticket; with another signature, time or file it is refused."""
    link = result(caller)
    assert httpx.get(link).status_code == 200
    assert "Expires=" in link
    for spoilt in (
        link[:-8] + "AAAAA%3D",
        link + "%C3%A9",
        link.replace("Expires=1", "Expires=2"),
        link.replace(".mp4", ".mp3"),
    ):
        answer = httpx.get(spoilt)
        assert answer.status_code == 403
        assert "<Error>" in answer.text


def test_a_link_ends_after_a_day(start):
    """A result link is refused a day after the task ended."""
    now = [1_700_000_000.0]
    caller = start(clock=lambda: now[0])
    link = result(caller)
    now[0] += 86_390
    assert httpx.get(link).status_code == 200
    now[0] += 20
    answer = httpx.get(link)
    assert answer.status_code == 403
    assert "Request has expired." in answer.text


def test_a_link_can_be_made_anew_while_the_task_lives(start):
    """Where links end early, another query gives a fresh one."""
    now = [1_700_000_000.0]
    caller = start({"url_seconds": 10}, clock=lambda: now[0])
    task_id = caller.submit()
    link = caller.wait(task_id)["output"]["video_url"]
    now[0] += 20
    assert httpx.get(link).status_code == 403
    assert httpx.get(caller.query(task_id)["output"]["video_url"]).status_code == 200


def test_links_name_the_host_the_caller_used(caller):
    """A result link has the host the query was sent to."""
    task_id = caller.submit()
    caller.wait(task_id)
    url = caller.emulator.base_url.replace("127.0.0.1", "localhost")
    answer = caller.http.get(f"{url}/tasks/{task_id}", headers={"Host": httpx.URL(url).netloc.decode()}).json()
    assert answer["output"]["video_url"].startswith("http://localhost:")


def test_paths_do_not_lead_out_of_the_results(caller):
    """A link cannot name a file elsewhere, even with dots in it."""
    for path in ("../emulator.sqlite3", "%2e%2e/%2e%2e/etc/passwd", "a/b/c"):
        assert httpx.get(f"{caller.emulator.url}/results/{path}").status_code in {403, 404}
