"""JPEG and JPEG 2000 data inside a PDF, without what is not picture. Pixels and colour signals stay bit for bit:
a PDF says itself how its pictures' numbers become colours, so decoding them here could change what is seen."""

import struct

_SOI, _EOI, _SOS, _COM, _APP0, _APP14, _APP15 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xEE, 0xEF
_JFIF_BYTES, _ADOBE_BYTES = 16, 14
"""Lengths of the two segments that decoders need, when nothing else hides in them."""
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
    return marker != _COM and not _APP0 <= marker <= _APP15


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
