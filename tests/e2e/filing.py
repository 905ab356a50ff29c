"""How reports are written and filed: the two manuals' examples to the letter, and the shortest that is complete."""

import io
from dataclasses import dataclass, field
from functools import cache

from PIL import Image

from tests.e2e.visiting import Visitor

STEPS = ("/lapor/biodata", "/lapor/kejadian", "/lapor/lokasi-waktu", "/lapor/ringkasan")
JPEG_NAME = "rapat-tertutup-lantai-tiga.jpg"


@cache
def jpeg(width: int = 320) -> bytes:
    """A photograph, as far as anybody can tell."""
    buffer = io.BytesIO()
    Image.effect_noise((width, width * 3 // 4), 90).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


@dataclass(frozen=True)
class Filed:
    """What the reporter takes home, and what was typed on the way."""

    ticket: str
    pin: str
    typed: frozenset[str] = field(repr=False)


def choose_kind(visitor: Visitor, agency: str, kind: str) -> None:
    """From the chooser to the form."""
    visitor.go("/lapor")
    visitor.tick(agency, "radio")
    visitor.tick(kind, "radio")
    visitor.press(visitor.say("type.submit"))


def attach(visitor: Visitor, *files: tuple[str, bytes]) -> None:
    """Chooses files of evidence, as from a device."""
    chosen = [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
    visitor.page.get_by_label(visitor.say("step3.evidence_browse"), exact=True).set_input_files(chosen)  # type: ignore[arg-type]


def next_step(visitor: Visitor, to: int) -> None:
    """ "Selanjutnya", until step `to` (1 to 4) is there."""
    visitor.press(visitor.say("common.next"))
    visitor.arrive(STEPS[to - 1])


def fill_incident(visitor: Visitor) -> None:
    """The least that step 2 of Bali's form asks for."""
    violation = {"id": "Korupsi", "en": "Corruption"}[visitor.lang]
    visitor.choose(visitor.say("step2.violation"), violation)
    visitor.write(visitor.say("step2.reported_name"), "Wayan Contoh")
    visitor.write(visitor.say("step2.unit"), "Dinas Kesehatan")
    visitor.write(visitor.say("step2.description"), "Obat puskesmas dijual kembali di luar.")


def fill_place(visitor: Visitor) -> None:
    """The least that step 3 asks for."""
    visitor.write(visitor.say("step3.address"), "Gudang farmasi kabupaten")
    visitor.page.get_by_text(visitor.say("step3.precision_date"), exact=True).click()
    visitor.write(visitor.say("step3.date"), "2025-03-04")


def to_step(visitor: Visitor, step: int) -> None:
    """The shortest way to a step (1 to 4) of Bali's form, all before it answered."""
    visitor.go(STEPS[0])
    if step > 1:
        next_step(visitor, 2)
    if step > 2:
        fill_incident(visitor)
        next_step(visitor, 3)
    if step > 3:
        fill_place(visitor)
        next_step(visitor, 4)


def send(visitor: Visitor) -> Filed:
    """ "Kirim Laporan" on the last page, up to the receipt."""
    visitor.press(visitor.say("summary.submit"))
    return receipt(visitor)


def receipt(visitor: Visitor) -> Filed:
    """The receipt that is shown."""
    visitor.heading(visitor.say("success.title")).wait_for()
    ticket, pin = (visitor.page.locator(f"[data-part={part}]").inner_text() for part in ("ticket", "pin"))
    return Filed(ticket, pin, frozenset(visitor.typed))


def track(visitor: Visitor, ticket: str, pin: str) -> None:
    """Lacak Laporan with what is on the receipt."""
    visitor.go("/lacak")
    visitor.write(visitor.say("track.ticket"), ticket)
    visitor.write(visitor.say("track.pin"), pin)
    visitor.press(visitor.say("track.submit"))
