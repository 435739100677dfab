"""FFmpeg's filters on frames: a graph made from its description, frames in, frames out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
from av.filter import Graph
from av.filter.context import FilterContext

from .colours import colourspace_of

_STEP = re.compile(r"(?P<inputs>(?:\[\w+\])*)(?P<name>\w+)(?:=(?P<arguments>[^\[\]]*))?(?P<outputs>(?:\[\w+\])*)")


def graph_of(
    frames: Sequence[av.VideoFrame], description: str, aspect: Fraction = Fraction(1), fps: Fraction | None = None
) -> Graph:
    """A graph for pictures like these.

    Args:
        frames: the first picture of each input; the inputs are called ``[0]``, ``[1]``, …
        description: in FFmpeg's own language, ``[0][1]overlay=0:0``; a single input may go unnamed. Arguments hold no
            comma and no semicolon.
        aspect: width to height of one of their pixels.
        fps: pictures a second, for filters that must know.
    """
    graph = Graph()
    rate = f":frame_rate={fps.numerator}/{fps.denominator}" if fps is not None else ""
    inputs = [graph.add("buffer", _buffer(frame, aspect) + rate) for frame in frames]
    _wire(graph, inputs, description)
    graph.configure()
    return graph


def pulled(graph: Graph) -> Iterator[av.VideoFrame]:
    """The frames that are ready."""
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def together(streams: Sequence[Iterator[av.VideoFrame]], description: str, fps: Fraction) -> Iterator[av.VideoFrame]:
    """Several rows of pictures, equally long, made one, picture by picture."""
    graph: Graph | None = None
    number = 0
    while True:
        frames = [next(stream, None) for stream in streams]
        shown = [frame for frame in frames if frame is not None]
        if len(shown) < len(frames):
            break
        for frame in shown:
            frame.pts, frame.time_base = number, 1 / fps
        graph = graph or graph_of(shown, description, fps=fps)
        for at, frame in enumerate(shown):
            graph.vpush(frame, at)
        number += 1
        yield from pulled(graph)
    if graph is not None:
        graph.vpush(None)
        yield from pulled(graph)


def _buffer(frame: av.VideoFrame, aspect: Fraction) -> str:
    time_base = frame.time_base or Fraction(1, 90_000)
    colours = "" if frame.format.is_rgb else f":colorspace={colourspace_of(frame)}"
    return (
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}"
        f":time_base={time_base.numerator}/{time_base.denominator}"
        f":pixel_aspect={aspect.numerator}/{aspect.denominator}{colours}:range={frame.color_range}"
    )


def _wire(graph: Graph, inputs: Sequence[FilterContext], description: str) -> None:
    loose = {str(number): (node, 0) for number, node in enumerate(inputs)}
    last: tuple[FilterContext, int] | None = None
    for chain in description.split(";"):
        last = None
        for step in f"{'' if '[' in chain[:1] else '[0]'}{chain}".split(","):
            found = _STEP.fullmatch(step)
            assert found is not None, step
            node = graph.add(found["name"], found["arguments"] or None)
            sources = [] if last is None else [last]
            sources += [loose.pop(label) for label in re.findall(r"\w+", found["inputs"])]
            for at, (source, output) in enumerate(sources):
                source.link_to(node, output, at)
            last = (node, 0)
            loose |= {label: (node, output) for output, label in enumerate(re.findall(r"\w+", found["outputs"]))}
    assert last is not None
    last[0].link_to(graph.add("buffersink"), last[1])
