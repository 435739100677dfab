import io

import av
import numpy as np
import pytest
from PIL import Image

from blocks.media import MediaError, check_decodable, write_sound


def test_whole_film(make_film):
    """A whole film passes and is described."""
    info = check_decodable(make_film("a.mp4", preset="medium"))
    assert (info.width, info.seconds) == (160, pytest.approx(1.0))


@pytest.mark.parametrize("part", [0.02, 0.5, 0.9, 0.999])
def test_cut_film(make_film, part):
    """A film that was cut off anywhere is refused."""
    data = make_film("a.mp4", seconds=2).read_bytes()
    with pytest.raises(MediaError):
        check_decodable(io.BytesIO(data[: int(len(data) * part)]))


def test_cut_film_says_so(make_film):
    """A half-loaded film is told from a broken one."""
    data = make_film("a.mp4", seconds=2).read_bytes()
    with pytest.raises(MediaError, match="cut off"):
        check_decodable(io.BytesIO(data[: len(data) // 2]))


def test_hole_in_a_film(make_film):
    """A film with a hole between the pictures one can seek to is refused."""
    path = make_film("a.mp4", seconds=3)
    with av.open(str(path)) as container:
        packet = [packet for packet in container.demux(video=0) if packet.size][70]
        position, size = packet.pos, packet.size
    data = bytearray(path.read_bytes())
    data[position : position + size] = bytes(size)
    with pytest.raises(MediaError, match="damaged"):
        check_decodable(io.BytesIO(bytes(data)))


def test_cut_matroska(make_film, tmp_path):
    """A film in a container without an index is refused when it ends before its time."""
    path = tmp_path / "a.mkv"
    with av.open(str(make_film("a.mp4", seconds=4))) as source, av.open(str(path), "w") as out:
        copy = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = copy
                out.mux(packet)
    assert check_decodable(path).format == "mkv"
    data = path.read_bytes()
    with pytest.raises(MediaError):
        check_decodable(io.BytesIO(data[: len(data) // 2]))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp"])
def test_picture(tmp_path, suffix):
    """A whole picture passes, half of it is refused."""
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(noise).save(path)
    assert check_decodable(path).width == 64
    data = path.read_bytes()
    with pytest.raises(MediaError):
        check_decodable(io.BytesIO(data[: len(data) // 2]))


def test_sound(tmp_path):
    """A whole sound passes, half of it is refused."""
    noise = np.random.default_rng(1).normal(0, 0.1, (96_000, 2)).astype(np.float32)
    write_sound(tmp_path / "a.m4a", noise)
    assert check_decodable(tmp_path / "a.m4a").seconds == pytest.approx(2, abs=0.05)
    data = (tmp_path / "a.m4a").read_bytes()
    with pytest.raises(MediaError):
        check_decodable(io.BytesIO(data[: len(data) // 2]))


def test_html():
    """An error page saved as a film is refused."""
    with pytest.raises(MediaError):
        check_decodable(io.BytesIO(b"<!DOCTYPE html><html><body>AccessDenied</body></html>"))
