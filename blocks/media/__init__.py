"""Reading, checking and writing pictures, sound and film: plain functions over PyAV and Pillow.

All of them are synchronous, take local paths or seekable binary files, stream (never a whole film in memory), and
raise `MediaError`, which says what is wrong with which file.
"""

from __future__ import annotations

from .aac import AudioFormat
from .animation import animation
from .captions import Caption, parse_captions, read_captions
from .concatenate import Assembly, concatenate
from .contact_sheet import contact_sheet
from .crossfade import Transition, crossfade
from .cut_out import is_cut_out
from .decoding import check_decodable
from .errors import MediaError
from .extract_audio import extract_audio
from .fit import convert_picture, fit
from .fonts import font
from .frames import first_frame, last_frame, poster
from .framing import How, is_colour
from .join_audio import join_audio
from .lettering import fit_text
from .loudness import TARGET_LUFS, Loudness, loudness
from .mix import Part, mix
from .mux_audio import mux_audio
from .normalize import normalize
from .overlay import Position, overlay
from .probe import MediaInfo, probe
from .side_by_side import side_by_side
from .slideshow import slideshow
from .sound_file import write_sound
from .sources import Source
from .speed import speed
from .stills import still, still_times, stills
from .subtitles import subtitles
from .tones import synthesize
from .trim import trim
from .writer import VideoWriter

__all__ = [
    "TARGET_LUFS",
    "Assembly",
    "AudioFormat",
    "Caption",
    "How",
    "Loudness",
    "MediaError",
    "MediaInfo",
    "Part",
    "Position",
    "Source",
    "Transition",
    "VideoWriter",
    "animation",
    "check_decodable",
    "concatenate",
    "contact_sheet",
    "convert_picture",
    "crossfade",
    "extract_audio",
    "first_frame",
    "fit",
    "fit_text",
    "font",
    "is_colour",
    "is_cut_out",
    "join_audio",
    "last_frame",
    "loudness",
    "mix",
    "mux_audio",
    "normalize",
    "overlay",
    "parse_captions",
    "poster",
    "probe",
    "read_captions",
    "side_by_side",
    "slideshow",
    "speed",
    "still",
    "still_times",
    "stills",
    "subtitles",
    "synthesize",
    "trim",
    "write_sound",
]
