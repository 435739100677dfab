from __future__ import annotations

import base64
import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from PIL import Image

from blocks import catalog
from blocks.catalog import Media
from blocks.emulator.inputs import InputFailed, check
from blocks.media import probe

OSS = {"X-DashScope-OssResourceResolve": "enable"}


def animate(caller, link: str, headers: dict[str, str] | None = None) -> dict:
    """Asks for a film of a picture and gives what came of it."""
    body = {
        "model": "wan2.6-i2v-flash",
        "input": {"prompt": "it moves", "img_url": link},
        "parameters": {"resolution": "720P", "duration": 2},
    }
    answer = caller.post(body=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return caller.wait(answer.json()["output"]["task_id"], 120)["output"]


def data_uri(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "png")
    return file.getvalue()


@pytest.fixture
def host():
    """A web server of somebody else; answers a path with the status it names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = int(self.path.strip("/"))
            body = png(640, 384) if status == 200 else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "words"), [(404, "Failed to find"), (403, "Don't have authorization"), (500, "Unable to download")]
)
def test_an_input_that_is_not_there_fails_the_task(start, host, status, words):
    """What an input's host answers decides the documented error of the failed task."""
    output = animate(start(render="full"), f"{host}/{status}")
    assert output["task_status"] == "FAILED"
    assert output["code"].startswith("InvalidParameter")
    assert words in output["message"]


def test_an_input_nobody_serves_fails_the_task(start):
    """A host that refuses the connection is named; the query of the link, perhaps a signature, is not."""
    output = animate(start(render="full"), "http://127.0.0.1:9/frame.png?Signature=secret")
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidURL.ConnectionRefused")
    assert "http://127.0.0.1:9/frame.png" in output["message"]
    assert "secret" not in output["message"]


def test_an_input_that_is_no_picture_fails_the_task(start):
    """Bytes that are no picture are told apart by content."""
    output = animate(start(render="full"), data_uri(b"not a picture"))
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidImage.FileFormat")


def test_a_picture_of_the_wrong_size_fails_the_task(start):
    """A side outside the model's limits is refused as documented."""
    output = animate(start(render="full"), data_uri(png(100, 100)))
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidFile.Resolution")


def test_an_upload_is_bound_to_its_model_and_account(start, picture):
    """An upload made for another model cannot be used, nor one that never was."""
    caller = start(render="full")
    other = caller.upload(picture.read_bytes(), model="wan2.2-kf2v-flash")
    for link in (other, "oss://dashscope-instant/nobody/nothing.png"):
        output = animate(caller, link, OSS)
        assert output["task_status"] == "FAILED"
        assert "Failed to find" in output["message"]


def test_every_way_to_hand_in_a_picture_works(start, picture, host):
    """HTTP, a data URI, an upload and a result of ours are all read."""
    caller = start(render="full")
    for link in (f"{host}/200", data_uri(picture.read_bytes()), caller.upload(picture.read_bytes())):
        output = animate(caller, link, OSS)
        assert output["task_status"] == "SUCCEEDED", output


def test_a_result_is_an_input_of_the_next_step(start):
    """A link of ours is read though it names a host that is gone."""
    caller = start(render="full")
    source = caller.wait(caller.submit(duration=2), 120)["output"]["video_url"]
    url = source.replace("127.0.0.1", "gone.invalid")
    body = {"model": "video-style-transform", "input": {"video_url": url}, "parameters": {"style": 1, "min_len": 540}}
    answer = caller.wait(caller.post(body=body).json()["output"]["task_id"], 120)
    assert answer["output"]["task_status"] == "SUCCEEDED", answer
    assert answer["usage"]["SR"] == 540
    assert abs(answer["usage"]["duration"] - 2) < 0.2


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (Media("video"), "InvalidFile.Format"),
        (Media("image", min_side=400), "InvalidFile.Resolution"),
        (Media("image", max_side=600), "InvalidFile.Resolution"),
        (Media("image", max_ratio=1.5), "InvalidFile.Resolution"),
        (Media("image", max_bytes=10), "InvalidFile.Size"),
    ],
)
def test_a_file_is_held_to_what_the_model_takes(picture, spec, code):
    """Each documented demand has its documented error."""
    info = probe(picture)
    check(info, Media("image", min_side=384, max_side=640, max_ratio=1.7))
    with pytest.raises(InputFailed) as failure:
        check(info, spec)
    assert failure.value.code == code


def test_a_product_that_is_not_cut_out_fails_the_task():
    """Background generation wants transparent parts, as the service says it."""
    body = {
        "model": "wanx-background-generation-v2",
        "input": {"base_image_url": "https://example.org/a.png", "ref_prompt": "mist"},
    }
    spec = catalog.request(body).media()[0].spec
    with pytest.raises(InputFailed) as failed:
        check(probe(io.BytesIO(png(600, 600))), spec)
    assert failed.value.code == "BadRequest.UnsupportedFileFormat"
    assert "RGBA" in failed.value.message


def test_a_mask_of_another_size_fails_the_task(start):
    """The mask is compared with its picture."""
    caller = start(render="full")
    links = [caller.upload(png(*size), model="wanx-x-painting") for size in ((600, 600), (600, 500))]
    given = {"prompt": "a scarf", "base_image_url": links[0], "mask_image_url": links[1]}
    answer = caller.post(
        "/services/aigc/image2image/image-synthesis", body={"model": "wanx-x-painting", "input": given}, headers=OSS
    )
    output = caller.wait(answer.json()["output"]["task_id"], 60)["output"]
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidFile.Resolution")
