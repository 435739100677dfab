"""Light along the edges of a silhouette."""

from PIL import Image, ImageChops, ImageFilter


def soft_edge(mask: Image.Image, side: int, width: float, blur: float) -> Image.Image:
    """The part of a mask along its left (-1) or right (1) edge: where light from that side falls."""
    scale = 4 if blur > 3 else 1
    small = mask.reduce(scale) if scale > 1 else mask
    step = max(1, round(width / scale))
    inner = ImageChops.offset(small, -side * step, step // 2).filter(ImageFilter.GaussianBlur(blur / scale))
    edge = ImageChops.subtract(small, inner)
    if scale == 1:
        return edge
    soft = edge.filter(ImageFilter.GaussianBlur(blur / scale / 2)).resize(mask.size, Image.Resampling.BILINEAR)
    return ImageChops.darker(soft, mask)
