"""What the server and the processes that open strangers' files must both know. The readers themselves stand elsewhere:
the server loads none of them.
"""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = {
    "docx": DOCX,
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
}
"""Extension -> the type its content must have."""

PAGE_PIXELS = 6_000_000
"""Of a page that is drawn: A4 at 240 dpi. One that would have more is drawn smaller, as is one of a longer side."""
PAGE_SIDE = 12_000
