"""Files behind web addresses are looked at before they are paid for, when that is asked for."""

from __future__ import annotations

import asyncio

import pytest

from blocks import catalog
from blocks.storage import MediaStorage
from tasks.downloading import DownloadFailed, WebFiles, looking
from tasks.inputs import check_inputs
from tests.tasks.downloading.conftest import Origin


def restyle(video: str) -> catalog.Request:
    """A request with a film."""
    return catalog.request({"model": "video-style-transform", "input": {"video_url": video}})


async def test_a_file_is_fetched_once_and_measured(origin: Origin, local: MediaStorage) -> None:
    """Its seconds are known to the bill; asked for again it is not fetched again; nothing stays behind."""
    web = WebFiles(origin.base_url)
    for _ in range(2):
        lengths = await check_inputs(restyle(origin.url), local, {}, web=web)
        assert lengths["input.video_url"] == pytest.approx(1, abs=0.1)
    assert len(origin.requests) == 1


async def test_what_the_model_does_not_take_is_refused(origin: Origin, local: MediaStorage) -> None:
    """A film where a picture is wanted; the signature of its address is not repeated."""
    request = catalog.request({"model": "wan2.6-i2v", "input": {"img_url": origin.url, "prompt": "she turns"}})
    with pytest.raises(catalog.InvalidRequest, match=r"clip.mp4 is a video \(mp4\), not an image") as caught:
        await check_inputs(request, local, {}, web=WebFiles(origin.base_url))
    assert "hush-hush" not in str(caught.value)


async def test_a_file_that_is_not_there_is_named(origin: Origin, local: MediaStorage) -> None:
    """HTTP 404 is said with the field, before anything is sent."""
    origin.last = origin.status(404)
    with pytest.raises(catalog.InvalidRequest, match=r"input.video_url: .*HTTP 404") as caught:
        await check_inputs(restyle(origin.url), local, {}, web=WebFiles(origin.base_url))
    assert "hush-hush" not in str(caught.value)


async def test_larger_files_are_not_fetched(origin: Origin) -> None:
    """What the model would refuse for its size is not downloaded to the end."""
    with pytest.raises(DownloadFailed, match="more than the 1000 accepted"):
        await WebFiles(origin.base_url).look(origin.url, max_bytes=1000)


async def test_private_hosts_are_not_asked_for_a_public_service(origin: Origin) -> None:
    """The provider could not read them, and nobody may use us to look into a private network."""
    with pytest.raises(DownloadFailed, match="private or loopback"):
        await WebFiles("https://dashscope.aliyuncs.com/api/v1").look(origin.url)
    assert origin.requests == []


async def test_who_gives_up_takes_nobody_along(origin: Origin) -> None:
    """Two look at one address; the first is cancelled, the second has its answer from the same download."""
    web = WebFiles(origin.base_url)
    first, second = (asyncio.create_task(web.look(origin.url)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).kind == "video" and first.cancelled() and len(origin.requests) == 1


async def test_a_host_that_is_never_done_is_given_up(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole look has a deadline, the download within it as well."""
    monkeypatch.setattr(looking, "_DEADLINE_SECONDS", 0.2)
    origin.last = origin.status(503, {"Retry-After": "60"})
    with pytest.raises(DownloadFailed, match="not finished within"):
        await asyncio.wait_for(WebFiles(origin.base_url).look(origin.url), 10)


async def test_what_is_still_fetched_is_given_up_at_the_end(origin: Origin) -> None:
    """Closing does not wait for a host that is never done."""
    origin.last = origin.status(503, {"Retry-After": "60"})
    web = WebFiles(origin.base_url)
    look = asyncio.create_task(web.look(origin.url))
    async with asyncio.timeout(10):
        while not origin.requests:  # noqa: ASYNC110  the server is in another thread
            await asyncio.sleep(0.01)
        await web.aclose()
    with pytest.raises(asyncio.CancelledError):
        await look
