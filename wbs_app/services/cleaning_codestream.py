"""JPEG, JPEG 2000 and colour profiles inside a PDF, without what is neither picture nor colour. Pixels and colours stay
bit for bit: a PDF says itself how numbers become colours, so decoding them here could change what is seen."""

import struct

_SOF0, _SOI, _EOI, _SOS, _APP0, _APP14 = 0xC0, 0xD8, 0xD9, 0xDA, 0xE0, 0xEE
_JFIF_BYTES, _ADOBE_BYTES = 16, 14
"""Lengths of the two segments that decoders need, when nothing else hides in them."""
_COLOURS = frozenset(b"wtpt bkpt chad rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 gamt".split())
"""Parts of a colour profile that turn numbers into colours."""
_ICC_HEAD = 128
_BOXES = {b"jP  ", b"ftyp", b"jp2h", b"jp2c"}


def bare_jpeg(data: bytes) -> bytes:
    """A JPEG without application segments and comments, ended where it ends.

    Raises:
        ValueError: when its segments do not follow each other.
    """
    if data[:2] != bytes((0xFF, _SOI)):
        raise ValueError("no JPEG")
    kept, at = bytearray(data[:2]), 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == _EOI:
            break
        if marker == 0xFF:  # fill
            at += 1
            continue
        size = struct.unpack_from(">H", data, at + 2)[0]
        end = at + 2 + size
        if marker == _SOS:
            end = _scan_end(data, end)
        if _needed(marker, size):
            kept += data[at:end]
        at = end
    return bytes(kept) + bytes((0xFF, _EOI))


def _needed(marker: int, size: int) -> bool:
    if marker in (_APP0, _APP14):
        return size == (_JFIF_BYTES if marker == _APP0 else _ADOBE_BYTES)
    return _SOF0 <= marker < _APP0  # all others are programs' own, comments, or reserved


def _scan_end(data: bytes, at: int) -> int:
    """Where the next marker is that is not part of the scan."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
    return len(data)


def bare_jpeg2000(data: bytes) -> bytes:
    """JPEG 2000 without boxes of words and without the codestream's comments.

    Raises:
        ValueError: when its boxes do not follow each other.
    """
    if data[:2] == b"\xff\x4f":
        return _bare_codestream(data)
    kept, at = bytearray(), 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= len(data):
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        end = len(data) if size == 0 else at + size
        if end < at + head or end > len(data):
            raise ValueError("no JPEG 2000")
        if kind in _BOXES:
            inner = data[at + head : end]
            inner = _bare_codestream(inner) if kind == b"jp2c" else inner
            kept += struct.pack(">I4s", len(inner) + 8, kind) + inner
        at = end
    return bytes(kept)


def _bare_codestream(data: bytes) -> bytes:
    """Without the comments of its main header, and without what follows its end."""
    kept, at = bytearray(data[:2]), 2
    while at + 4 <= len(data) and data[at : at + 2] != b"\xff\x90":
        size = struct.unpack_from(">H", data, at + 2)[0]
        if data[at] != 0xFF or size < 2:
            raise ValueError("no JPEG 2000")
        if data[at + 1] != 0x64:
            kept += data[at : at + 2 + size]
        at += 2 + size
    end = data.rfind(b"\xff\xd9")
    return bytes(kept) + data[at : end + 2 if end > at else len(data)]


def bare_profile(data: bytes) -> bytes:
    """An ICC profile of its colours alone: without its name, maker, screen or scanner, serial number and date.

    Raises:
        ValueError: for what is none.
    """
    if data[36:40] != b"acsp" or len(data) < _ICC_HEAD + 4:
        raise ValueError("no profile")
    count = struct.unpack_from(">I", data, _ICC_HEAD)[0]
    if _ICC_HEAD + 4 + 12 * count > len(data):
        raise ValueError("no profile")
    listed = [struct.unpack_from(">4sII", data, _ICC_HEAD + 4 + 12 * at) for at in range(count)]
    kept = [(name, data[start : start + size]) for name, start, size in listed if name in _COLOURS]
    table, parts = bytearray(struct.pack(">I", len(kept))), bytearray()
    start = _ICC_HEAD + 4 + 12 * len(kept)
    for name, part in kept:
        table += struct.pack(">4sII", name, start + len(parts), len(part))
        parts += part.ljust(-(-len(part) // 4) * 4, b"\0")
    size = struct.pack(">I", start + len(parts))
    head = size + bytes(4) + data[8:24] + bytes(12) + b"acsp" + bytes(24) + data[64:80]
    return head.ljust(_ICC_HEAD, b"\0") + table + parts
