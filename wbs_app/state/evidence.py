"""Evidence on its way in: checked and sealed piece by piece, then waiting for "Kirim Laporan"."""

import secrets
import time
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

import reflex as rx

from wbs_app.config import settings
from wbs_app.model.access import Permission
from wbs_app.model.agency import Profile
from wbs_app.services.evidence import About, Staging, files_in
from wbs_app.services.refusal import Refused
from wbs_app.state.door import PUBLIC, language_of
from wbs_app.state.tab import Entry, seal
from wbs_app.text import fill, text
from wbs_app.vault.tabs import open_from_tab, seal_for_tab

UPLOAD = "upload"
VIEW = "view"
MOST_TOLD = 20
"""Refused files that are listed; of one upload, and in all."""
PASS_SECONDS = int(timedelta(hours=1).total_seconds())


class EvidenceState(rx.State):
    """The files of the form in this tab.

    `upload_pass` carries the form's secret and its limits, sealed for the server alone and for any of its workers: the
    upload comes by another request than the socket's.
    """

    requires: ClassVar[Permission | None] = PUBLIC

    files: list[Entry] = []
    refused: list[Entry] = []
    upload_pass: str = ""
    view_pass: str = ""

    async def _admit(self, secret: str, profile: Profile) -> None:
        """Lists the form's files, and lets more come for an hour."""
        limits = {"secret": secret, "most_bytes": profile.max_file_mb * 2**20, "most_files": profile.max_files}
        self.upload_pass = seal_for_tab(settings().secret_key(), UPLOAD, UPLOAD, limits, PASS_SECONDS, time.time())
        self.view_pass = quote(seal(self, VIEW, {"secret": secret}, PASS_SECONDS))
        await self._list(Staging(secret))

    async def _list(self, staging: Staging) -> None:
        self.files = [file_row(number, about) for number, about in enumerate(await staging.files(), start=1)]

    def _tell(self, row: Entry) -> None:
        """One more refused file below the others, of which the oldest give way."""
        self.refused = [*self.refused, row][-MOST_TOLD:]

    def _forget(self) -> None:
        self.files, self.refused, self.upload_pass, self.view_pass = [], [], "", ""

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
        async for name, data in files_in(chunks, admitted["most_bytes"]):
            if told == MOST_TOLD:  # nobody means to send so many: the rest is read away
                continue
            try:
                if data is None:
                    raise Refused("error.file_size", max=admitted["most_bytes"] // 2**20)
                await staging.add(name, data, admitted["most_files"])
            except Refused as refusal:
                said = fill(text(refusal.key, language_of(self)), **refusal.values)
                told += 1
                async with self:
                    self._tell(_refused_row(name, len(data or b""), said))
        async with self:
            await self._list(staging)

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
            await self._list(staging)


def _admitted(passed: str) -> dict[str, Any] | None:
    """What an upload pass says; None for one that is not ours or too old."""
    found = open_from_tab(settings().secret_key(), UPLOAD, UPLOAD, passed, time.time())
    return found if isinstance(found, dict) else None


def megabytes(size: int, lang: str) -> str:
    """ "0,8 MB" (Indonesian) or "0.8 MB"; small files in KB."""
    shown = f"{size / 2**20:.1f} MB" if size >= 100_000 else f"{max(1, size // 1024)} KB"
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
    }


def _refused_row(name: str, size: int, said: str) -> Entry:
    extension = name.rpartition(".")[2][:8].upper()
    return {
        "id": secrets.token_hex(4),
        "type": extension if extension.isalnum() else "?",
        "size_id": megabytes(size, "id"),
        "size_en": megabytes(size, "en"),
        "said": said,
    }
