"""H.264 parameter sets and packets as an MP4 stores them (ISO/IEC 14496-15).

The decoder's configuration (``avcC``) lists parameter sets by number. Films whose sets differ can share one track when
no two different sets have one number; so a film made to fit another takes a free number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

_HIGH_PROFILES = (100, 110, 122, 144)


@dataclass(frozen=True)
class AvcConfig:
    """A decoder's configuration.

    Attributes:
        profile: H.264 profile_idc: 66 baseline, 77 main, 100 high.
        compatibility: constraint flags.
        level: level_idc, e.g. 31.
        length_size: bytes of the length before each unit in a packet.
        sps: sequence parameter sets.
        pps: picture parameter sets.
        extension: what high profiles add (chroma format, bit depths), as stored.
    """

    profile: int
    compatibility: int
    level: int
    length_size: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    extension: bytes = b""

    @classmethod
    def read(cls, data: bytes | None) -> AvcConfig | None:
        """Reads an ``avcC``; None when it is none."""
        if not data or len(data) < 7 or data[0] != 1:
            return None
        position = 5
        sets: list[list[bytes]] = []
        for mask in (0x1F, 0xFF):
            if position >= len(data):
                return None
            count = data[position] & mask
            position += 1
            found: list[bytes] = []
            for _ in range(count):
                size = int.from_bytes(data[position : position + 2], "big")
                found.append(bytes(data[position + 2 : position + 2 + size]))
                position += 2 + size
                if position > len(data) or not size:
                    return None
            sets.append(found)
        return cls(
            profile=data[1],
            compatibility=data[2],
            level=data[3],
            length_size=(data[4] & 3) + 1,
            sps=tuple(sets[0]),
            pps=tuple(sets[1]),
            extension=bytes(data[position:]) if data[1] in _HIGH_PROFILES else b"",
        )

    def write(self) -> bytes:
        """The ``avcC`` again."""
        out = bytearray([1, self.profile, self.compatibility, self.level, 0xFC | (self.length_size - 1)])
        out.append(0xE0 | len(self.sps))
        for unit in self.sps:
            out += len(unit).to_bytes(2, "big") + unit
        out.append(len(self.pps))
        for unit in self.pps:
            out += len(unit).to_bytes(2, "big") + unit
        return bytes(out) + self.extension

    @property
    def sps_numbers(self) -> dict[int, bytes]:
        """Sequence parameter sets by number."""
        return {_numbers(unit[4:], 1)[0]: unit for unit in self.sps}

    @property
    def pps_numbers(self) -> dict[int, bytes]:
        """Picture parameter sets by number."""
        return {_numbers(unit[1:], 1)[0]: unit for unit in self.pps}

    def free_number(self) -> int | None:
        """A number no set has yet, for both kinds; None when all are taken."""
        taken = self.sps_numbers.keys() | self.pps_numbers.keys()
        return next((number for number in range(1, 32) if number not in taken), None)

    def merged(self, other: AvcConfig) -> AvcConfig | None:
        """One configuration for both; None when they contradict each other."""
        if (self.profile, self.length_size, self.extension) != (other.profile, other.length_size, other.extension):
            return None
        for mine, theirs in ((self.sps_numbers, other.sps_numbers), (self.pps_numbers, other.pps_numbers)):
            if any(mine.get(number, unit) != unit for number, unit in theirs.items()):
                return None
        return replace(
            self,
            compatibility=self.compatibility & other.compatibility,
            level=max(self.level, other.level),
            sps=self.sps + tuple(unit for unit in other.sps if unit not in self.sps),
            pps=self.pps + tuple(unit for unit in other.pps if unit not in self.pps),
        )


def length_size(codec: str, extradata: bytes | None) -> int | None:
    """Bytes of the length before each unit of a packet; None when packets are not stored that way."""
    if not extradata or extradata[0] != 1:
        return None
    if codec == "h264" and len(extradata) > 4:
        return (extradata[4] & 3) + 1
    if codec == "hevc" and len(extradata) > 21:
        return (extradata[21] & 3) + 1
    return None


def is_whole(packet: memoryview, length_size: int) -> bool:
    """Whether a packet is exactly filled by units; a hole of zeros or a torn packet is not."""
    position, end = 0, len(packet)
    while position < end:
        size = int.from_bytes(packet[position : position + length_size], "big")
        if not size:
            return False
        position += length_size + size
    return position == end


def _numbers(data: bytes, count: int) -> list[int]:
    """The first Exp-Golomb numbers of a unit's payload (H.264, 9.1)."""
    plain = data[:16].replace(b"\x00\x00\x03", b"\x00\x00")
    bits = "".join(f"{byte:08b}" for byte in plain)
    numbers: list[int] = []
    position = 0
    for _ in range(count):
        zeros = bits.index("1", position) - position
        numbers.append(int(bits[position + zeros : position + 2 * zeros + 1], 2) - 1)
        position += 2 * zeros + 1
    return numbers
