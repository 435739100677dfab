"""Finding the person of a picture."""

import numpy as np
from PIL import Image, ImageDraw

from blocks.emulator.render.cutouts.person import find_person

SKIN, SHIRT, TROUSERS = (226, 178, 148), (232, 112, 84), (48, 62, 104)
SKY, MEADOW, BUSH = (150, 200, 230), (120, 168, 104), (60, 110, 60)


def test_a_person_of_many_colours_is_found_whole() -> None:
    """Head, shirt and trousers belong to one person; the bush beside it and the meadow behind it do not."""
    picture, drawn = Image.new("RGB", (240, 320), SKY), Image.new("L", (240, 320), 0)
    scene = ImageDraw.Draw(picture)
    scene.rectangle([0, 200, 240, 320], fill=MEADOW)
    scene.ellipse([10, 170, 60, 230], fill=BUSH)
    for brush, colours in ((scene, (SKIN, SHIRT, TROUSERS)), (ImageDraw.Draw(drawn), (255, 255, 255))):
        brush.ellipse([102, 50, 138, 92], fill=colours[0])
        brush.rectangle([90, 90, 150, 180], fill=colours[1])
        brush.rectangle([96, 180, 144, 300], fill=colours[2])
    found, wanted = (np.asarray(one) > 128 for one in (find_person(picture).mask, drawn))
    assert (found & wanted).sum() > 0.93 * wanted.sum()
    assert (found & ~wanted).sum() < 0.07 * wanted.sum()
