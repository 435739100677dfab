from __future__ import annotations

import base64
import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import av
import pytest
from PIL import Image

from blocks import catalog

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


@pytest.mark.slow
def test_every_way_to_hand_in_a_picture_works(start, picture, host):
    """HTTP, a data URI, an upload and a result of ours are all read."""
    caller = start(render="full")
    for link in (f"{host}/200", data_uri(picture.read_bytes()), caller.upload(picture.read_bytes())):
        output = animate(caller, link, OSS)
        assert output["task_status"] == "SUCCEEDED", output


@pytest.mark.slow
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


def test_what_is_added_is_held_against_the_picture(start):
    """Offsets that are too long for their picture fail the task, which only the run finds out."""
    caller = start(render="full")
    link = caller.upload(png(600, 512), model="image-out-painting")
    given = {"input": {"image_url": link}, "parameters": {"top_offset": 800, "bottom_offset": 800}}
    path = "/services/aigc/image2image/out-painting"
    answer = caller.post(path, body={"model": "image-out-painting", **given}, headers=OSS)
    output = caller.wait(answer.json()["output"]["task_id"], 60)["output"]
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidParameter")
    assert "parameters.bottom_offset: makes 1600 pixels" in output["message"]


def png_with_alpha(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (width, height), (0, 128, 128, 90)).save(file, "png")
    return file.getvalue()


def coded(kind: str, width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(("kind", "data"), [("gif", coded("gif", 640, 384)), ("png", png_with_alpha(640, 384))])
def test_a_picture_of_a_wrong_kind_fails_the_task(start, kind, data):
    """A format the model's page does not name, and transparent parts it does not take, are seen by content."""
    output = animate(start(render="full"), data_uri(data))
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidImage.FileFormat"), kind


def edit(caller, model: str, **given: object) -> dict:
    """Has a picture tool at work and gives what came of it."""
    row = catalog.find(model)
    body = {"model": model, "input": given, "parameters": {"x_scale": 1.5} if row.family == "out-painting" else {}}
    answer = caller.post(f"/{row.endpoint}", body=body, headers=OSS)
    assert answer.status_code == 200, answer.text
    return caller.wait(answer.json()["output"]["task_id"], 120)["output"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "more", "wrong_kind", "too_small", "refused"),
    [
        (
            "image-erase-completion",
            ("mask_url",),
            "InvalidParameter.ImageFormat",
            "InvalidParameter.ImageResolution",
            "InvalidParameter.FileDownload",
        ),
        (
            "image-instance-segmentation",
            (),
            "InvalidParameter.ImageFormat",
            "InvalidFile.Resolution",
            "InvalidParameter.FileDownload",
        ),
        ("wanx-style-repaint-v1", (), "InvalidImageFormat", "InvalidImageResolution", "InvalidURL"),
    ],
)
def test_a_picture_tool_says_it_in_its_own_words(start, model, more, wrong_kind, too_small, refused):
    """Some of the tools have codes of their own for the same mistakes."""
    caller = start(render="full")
    own = {"style_index": 3} if "style" in model else {}

    def of(link: str) -> str:
        output = edit(caller, model, **dict.fromkeys(("image_url", *more), link), **own)
        assert output["task_status"] == "FAILED"
        return str(output["code"])

    assert of(caller.upload(coded("gif", 640, 640), model=model)) == wrong_kind
    assert of(caller.upload(b"no picture", model=model)) == wrong_kind
    assert of(caller.upload(png(200, 200), model=model)) == too_small
    assert of("http://127.0.0.1:9/frame.png") == refused


def film() -> bytes:
    """Half a second more than a second of grey."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 256, 256, "yuv420p"
        for _ in range(18):
            container.mux(stream.encode(av.VideoFrame(256, 256, "yuv420p")))
        container.mux(stream.encode())
    return file.getvalue()


def test_four_films_are_too_many_whatever_they_are_called(start):
    """Three references may be films; a fourth fails the task, though its name says it is a picture."""
    caller, model = start(render="full"), "wan2.6-r2v-flash"
    links = [caller.upload(film(), name, model) for name in ("a.mp4", "b.mp4", "c.png", "d")]
    said = "character1, character2, character3 and character4 meet"
    body = {"model": model, "input": {"prompt": said, "reference_urls": links}, "parameters": {"duration": 2}}
    answer = caller.post(body=body, headers=OSS)
    output = caller.wait(answer.json()["output"]["task_id"], 60)["output"]
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidParameter")
    assert "input.reference_urls holds 4 videos, at most 3" in output["message"]
