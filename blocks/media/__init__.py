"""Reading, checking and writing pictures, sound and film: plain functions over PyAV and Pillow.

All of them are synchronous, take local paths or seekable binary files, stream (never a whole film in memory), and
raise `MediaError`, which says what is wrong with which file.
"""

from __future__ import annotations

from .aac import AudioFormat
from .concatenate import Assembly, concatenate
from .contact_sheet import contact_sheet
from .decoding import check_decodable
from .errors import MediaError
from .fonts import font
from .frames import first_frame, last_frame, poster
from .lettering import fit_text
from .mux_audio import mux_audio
from .probe import MediaInfo, probe
from .sound_file import write_sound
from .sources import Source
from .tones import synthesize
from .writer import VideoWriter

__all__ = [
    "Assembly",
    "AudioFormat",
    "MediaError",
    "MediaInfo",
    "Source",
    "VideoWriter",
    "check_decodable",
    "concatenate",
    "contact_sheet",
    "first_frame",
    "fit_text",
    "font",
    "last_frame",
    "mux_audio",
    "poster",
    "probe",
    "synthesize",
    "write_sound",
]
