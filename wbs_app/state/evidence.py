"""Evidence on its way in: checked and sealed piece by piece, then waiting for "Kirim Laporan"."""

import logging
import secrets
import time
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

import reflex as rx

from wbs_app.config import settings
from wbs_app.logs import frames_of
from wbs_app.model.access import Permission
from wbs_app.model.agency import Profile
from wbs_app.services import admission, scanning
from wbs_app.services.arriving import files_in
from wbs_app.services.evidence import About, Staging, Waiting
from wbs_app.services.refusal import Refused
from wbs_app.state.door import PUBLIC, device_of, language_of
from wbs_app.state.tab import Entry, seal
from wbs_app.text import fill, text
from wbs_app.vault.tabs import open_from_tab, seal_for_tab

log = logging.getLogger("wbs.evidence")

UPLOAD = "upload"
VIEW = "view"
MOST_TOLD = 20
"""Refused files that are listed; of one upload, and in all."""
MOST_TELLING = ("cleaned.gps", "cleaned.author")
"""What a reporter wants to hear first of all that was removed."""
MOST_FORMS = 3
LONGEST_BELIEF = 10_000
PASS_SECONDS = int(timedelta(hours=1).total_seconds())


class EvidenceState(rx.State):
    """The files of a form in this tab: of a report, or of what is added to one later.

    `upload_pass` carries the form's secret and its limits, sealed for the server alone and for any of its workers: the
    upload comes by another request than the socket's. `believed` is what the tab thinks is waiting, so that a file that
    waited too long is missed.
    """

    requires: ClassVar[Permission | None] = PUBLIC

    believed: str = rx.SessionStorage("", name="wbs_files")
    files: list[Entry] = []
    refused: list[Entry] = []
    expired: bool = False
    checking: bool = False
    upload_pass: str = ""
    view_pass: str = ""

    async def _admit(self, secret: str, profile: Profile, most_files: int | None = None) -> None:
        """Lists the form's files, and lets more come for an hour; in all `most_files`, or what the agency takes."""
        most = profile.max_files if most_files is None else most_files
        limits = {"secret": secret, "most_bytes": profile.max_file_mb * 2**20, "most_files": most}
        self.upload_pass = seal_for_tab(settings().secret_key(), UPLOAD, UPLOAD, limits, PASS_SECONDS, time.time())
        self.view_pass = quote(seal(self, VIEW, {"secret": secret}, PASS_SECONDS))
        staging = Staging(secret)
        for about in await staging.scan_again():
            said = text("error.file_infected", language_of(self))
            self._tell(_refused_row(f"x.{about.extension}", about.size, said))
            self._believe(staging, [id for id in self._believed(secret) if id != about.id])
        waiting = await staging.waiting()
        self._show(waiting)
        self.expired = bool(set(self._believed(secret)) - {file.about.id for file in waiting})
        if not self.expired:
            self._believe(staging, [file.about.id for file in waiting])

    def _believed(self, secret: str) -> list[str]:
        """The ids of the files that this tab thinks are waiting in a form."""
        return _forms_in(self.believed).get(_tag(Staging(secret)), [])

    def _believe(self, staging: Staging, ids: list[str]) -> None:
        forms = _forms_in(self.believed) | {_tag(staging): ids}
        kept = [f"{name}:{','.join(forms[name])}" for name in forms if forms[name]]
        self.believed = " ".join(kept[-MOST_FORMS:])

    async def _list(self, staging: Staging) -> None:
        """Shows what waits, and believes it."""
        waiting = await staging.waiting()
        self._show(waiting)
        self._believe(staging, [file.about.id for file in waiting])

    async def _miss(self, secret: str, key: str) -> None:
        """A report was refused because of its files: now that it is told, what is gone is no longer believed."""
        self.expired = key == "error.file_expired"
        await self._list(Staging(secret))

    def _show(self, waiting: list[Waiting]) -> None:
        self.files = [
            file_row(number, file.about) | {"keep": "yes" if file.keep else ""}
            for number, file in enumerate(waiting, start=1)
        ]

    def _tell(self, row: Entry) -> None:
        """One more refused file below the others, of which the oldest give way."""
        self.refused = [*self.refused, row][-MOST_TOLD:]

    def _forget(self) -> None:
        self.files, self.refused, self.upload_pass, self.view_pass, self.believed = [], [], "", "", ""
        self.expired = self.checking = False

    @rx.event(background=True)
    async def upload(self, chunks: rx.UploadChunkIterator, passed: str):
        """Files arrive in pieces; each is checked and sealed before it touches the disk."""
        admitted = _admitted(passed)
        if admitted is None:
            async for _ in chunks:  # read away, or the sender would wait
                pass
            return
        staging = Staging(admitted["secret"])
        told = 0
        try:
            async for name, data in files_in(chunks, admitted["most_bytes"]):
                if told == MOST_TOLD:  # nobody means to send so many: the rest is read away
                    continue
                async with self:
                    self.checking = True
                refusal = await _refusal(staging, name, data, admitted, device_of(self))
                async with self:
                    if refusal is None:
                        self.expired = False
                        await self._list(staging)
                    else:
                        told += 1
                        said = fill(text(refusal.key, language_of(self)), **refusal.values)
                        self._tell(_refused_row(name, len(data or b""), said))
        finally:
            async with self:
                self.checking = False

    @rx.event
    async def refuse(self, files: list[str]):
        """What the browser itself refused: "extension|size|reason" each; the file stays on the device."""
        admitted = _admitted(self.upload_pass)
        if admitted is None:
            return
        lang = language_of(self)
        said = {
            "file-too-large": fill(text("error.file_size", lang), max=admitted["most_bytes"] // 2**20),
            "file-invalid-type": text("error.file_type", lang),
            "too-many-files": fill(text("error.file_count", lang), max=admitted["most_files"]),
        }
        for file in files[:MOST_TOLD]:
            extension, _, rest = file.partition("|")
            size, _, reason = rest.partition("|")
            shown = int(size) if size.isdecimal() and len(size) < 16 else 0
            row = _refused_row(f"x.{extension}", shown, said.get(reason, said["file-invalid-type"]))
            self._tell(row)

    @rx.event
    async def dismiss(self, id: str):
        """A refused file is taken off the list."""
        self.refused = [row for row in self.refused if row["id"] != id]

    @rx.event
    async def remove(self, id: str):
        """A waiting file is forgotten."""
        if (admitted := _admitted(self.upload_pass)) is not None:
            staging = Staging(admitted["secret"])
            await staging.remove(id)
            self.expired = False
            await self._list(staging)

    @rx.event
    async def keep(self, id: str, ticked: bool):
        """Whether the original of a waiting file goes along."""
        if (admitted := _admitted(self.upload_pass)) is not None:
            staging = Staging(admitted["secret"])
            await staging.keep_original(id, ticked)
            await self._list(staging)


async def _refusal(
    staging: Staging, name: str, data: bytes | None, admitted: dict[str, Any], device: str
) -> Refused | None:
    """Adds a file to those that wait; why not, if not."""
    try:
        if data is None:
            raise Refused("error.file_size", max=admitted["most_bytes"] // 2**20)
        await admission.upload(len(data), device)
        await staging.add(name, data, admitted["most_files"])
    except Refused as refusal:
        return refusal
    except Exception as problem:  # noqa: BLE001  a full disk or a store that is away: all else of the form stays
        log.error("a file could not be stored\n%s", frames_of(problem))
        return Refused("error.file_failed")
    return None


def _tag(staging: Staging) -> str:
    """Tells the forms of a tab apart, and nothing of where their files are."""
    return staging.name[:8]


def _forms_in(believed: str) -> dict[str, list[str]]:
    """Name of a form -> ids of its files. The tab may say anything; it can only deceive itself."""
    parts = (part.partition(":") for part in believed[:LONGEST_BELIEF].split())
    return {name: ids.split(",") for name, _, ids in parts if ids}


def _admitted(passed: str) -> dict[str, Any] | None:
    """What an upload pass says; None for one that is not ours or too old."""
    found = open_from_tab(settings().secret_key(), UPLOAD, UPLOAD, passed, time.time())
    return found if isinstance(found, dict) else None


def megabytes(size: int, lang: str) -> str:
    """ "0,8 MB" (Indonesian) or "0.8 MB"; small files in KB."""
    shown = f"{size / 2**20:.1f} MB" if size >= 100_000 else f"{-(-size // 1024)} KB"
    return shown.replace(".", ",") if lang == "id" else shown


def file_row(number: int, about: About) -> Entry:
    """A file as a list shows it: a neutral name, never the reporter's."""
    return {
        "id": about.id,
        "number": str(number),
        "type": about.extension.upper(),
        "size_id": megabytes(about.size, "id"),
        "size_en": megabytes(about.size, "en"),
        "image": "yes" if about.mime.startswith("image/") else "",
        "removed_id": removed_in_words(about, "id"),
        "removed_en": removed_in_words(about, "en"),
        "scan": scan_mark(about),
    }


def removed_in_words(about: About, lang: str) -> str:
    """ "lokasi GPS, nama pembuat": what the cleaned copy lacks; "" when there was nothing to remove."""
    first = [key for key in MOST_TELLING if key in about.removed]
    return ", ".join(text(key, lang) for key in [*first, *(key for key in about.removed if key not in first)])


def scan_mark(about: About) -> str:
    """ "infected"; "waiting" for a scanner that has not answered; else "": of a clean file nothing is said."""
    if about.scanned == "infected":
        return "infected"
    return "waiting" if scanning.configured() and about.scanned is None else ""


def _refused_row(name: str, size: int, said: str) -> Entry:
    extension = name.rpartition(".")[2][:8].upper()
    return {
        "id": secrets.token_hex(4),
        "type": extension if extension.isalnum() else "?",
        "size_id": megabytes(size, "id"),
        "size_en": megabytes(size, "en"),
        "said": said,
    }
