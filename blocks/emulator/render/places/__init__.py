"""The places a shot can be set in. Each is a function that draws its layers on a stage."""

from collections.abc import Callable, Mapping

from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.places.carriage import carriage, train_window
from blocks.emulator.render.places.city import city
from blocks.emulator.render.places.indoors import corridor, room
from blocks.emulator.render.places.land import desert, field, mountains
from blocks.emulator.render.places.old_town import old_town
from blocks.emulator.render.places.railway import coast, railway
from blocks.emulator.render.places.sky import floating_islands, space
from blocks.emulator.render.places.station import platform
from blocks.emulator.render.places.water import sea, underwater
from blocks.emulator.render.places.woods import forest, garden
from blocks.emulator.render.prompts.mood import Mood

PLACES: Mapping[str, Callable[[Stage, Mood], Scenery]] = {
    "city": city,
    "old_town": old_town,
    "corridor": corridor,
    "room": room,
    "sea": sea,
    "underwater": underwater,
    "forest": forest,
    "garden": garden,
    "mountains": mountains,
    "field": field,
    "desert": desert,
    "sky": floating_islands,
    "space": space,
    "platform": platform,
    "carriage": carriage,
    "train_window": train_window,
    "railway": railway,
    "coast": coast,
}

__all__ = ["PLACES"]
