import av
import pytest

from blocks.media.nal import AvcConfig, is_whole, length_size


def config(path) -> AvcConfig:
    with av.open(str(path)) as container:
        read = AvcConfig.read(container.streams.video[0].codec_context.extradata)
    assert read is not None
    return read


@pytest.mark.parametrize("profile", ["baseline", "high"])
def test_read_and_written(make_film, profile):
    """A configuration is written as it was read."""
    path = make_film("a.mp4", hertz=None, preset="medium", options={"profile": profile})
    with av.open(str(path)) as container:
        data = container.streams.video[0].codec_context.extradata
    assert config(path).write() == data
    assert config(path).profile == {"baseline": 66, "high": 100}[profile]


def test_numbers(make_film):
    """Parameter sets are known by the numbers that the encoder gave them."""
    path = make_film("a.mp4", hertz=None, options={"x264-params": "sps-id=7"})
    assert config(path).sps_numbers.keys() == {7} == config(path).pps_numbers.keys()
    assert config(path).free_number() == 1


def test_sets_with_other_numbers_stand_side_by_side(make_film):
    """Two configurations become one when their sets have different numbers."""
    options = {"profile": "high"}
    first = config(make_film("a.mp4", hertz=None, preset="medium", options=options))
    second = config(make_film("b.mp4", hertz=None, preset="medium", options={**options, "x264-params": "sps-id=3"}))
    merged = first.merged(second)
    assert merged is not None
    assert merged.sps_numbers.keys() == {0, 3}
    assert AvcConfig.read(merged.write()) == merged


def test_sets_that_contradict(make_film):
    """Two configurations whose sets have one number and differ cannot become one."""
    options = {"profile": "high"}
    first = config(make_film("a.mp4", hertz=None, preset="medium", options=options))
    other = config(make_film("b.mp4", hertz=None, preset="medium", options=options, size=(320, 96)))
    assert first.merged(other) is None
    assert first.merged(first) == first


@pytest.mark.parametrize(
    "data", [None, b"", b"\x01\x64", b"\x00\x00\x00\x01\x67", b"\x01\x64\x00\x0d\xff\xe1\xff\xff\x00"]
)
def test_no_configuration(data):
    """What is no configuration is not read as one."""
    assert AvcConfig.read(data) is None


def test_whole_packets():
    """A packet is whole when its units fill it exactly."""
    assert is_whole(memoryview(b"\x00\x00\x00\x02ab\x00\x00\x00\x01c"), 4)
    assert not is_whole(memoryview(b"\x00\x00\x00\x02ab\x00\x00\x00\x03c"), 4)
    assert not is_whole(memoryview(bytes(8)), 4)


def test_length_size():
    """How packets are stored is read from the configuration."""
    assert length_size("h264", b"\x01\x64\x00\x0d\xff\xe1") == 4
    assert length_size("h264", b"\x00\x00\x00\x01\x67") is None
    assert length_size("vp9", None) is None
