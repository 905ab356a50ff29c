"""The upload of evidence, and the list of files."""

from typing import Any

import reflex as rx

from wbs_app.components.browser import do
from wbs_app.components.elements import icon
from wbs_app.components.fields import label_text
from wbs_app.components.viewer import look_button
from wbs_app.components.words import agency, lang, t
from wbs_app.state.evidence import EvidenceState

ACCEPT = {
    "application/pdf": [".pdf"],
    "image/jpeg": [".jpg", ".jpeg"],
    "image/png": [".png"],
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": [".docx"],
}
ZONE = "bukti"
_UNDER = "small muted mt-3 mb-0"


def _described(refused: rx.Var) -> rx.Var:
    """ "extension|size|reason" of each file; the list itself would send the files over the socket."""
    extension = 'r.file.name.split(".").pop().slice(0, 8)'
    return rx.Var(f"{refused!s}.map((r) => `${{{extension}}}|${{r.file.size}}|${{r.errors[0].code}}`)").to(list[str])


def upload_zone() -> rx.Component:
    """A drop zone with a real button; what the browser refuses is said at once, the rest is checked by the server.

    Without a pass the server takes nothing, so until it is there the zone is a picture of itself.
    """
    words = agency("max_file_mb"), agency("max_files")
    inside = (
        icon("upload", class_name="accent"),
        rx.el.p(t("step3.evidence_drop"), class_name="m-0 font-semibold"),
        rx.el.span(t("step3.evidence_browse"), class_name="btn btn-secondary", aria_hidden="true"),
        rx.el.p(t("step3.evidence_allow", mb=words[0], max=words[1]), class_name="m-0 small muted"),
    )
    zone = rx.upload.root(
        *inside,
        id=ZONE,
        accept=ACCEPT,
        max_size=words[0].to(int) * 2**20,
        on_drop=EvidenceState.upload(
            rx.upload_files_chunk(
                ZONE,
                on_upload_progress=lambda at: do("uploading", at),
                extra_headers={"X-Upload-Pass": EvidenceState.upload_pass},
            ),
            EvidenceState.upload_pass,
        ),
        on_drop_rejected=lambda refused: EvidenceState.refuse(_described(refused)),
        class_name="drop",
    )
    zone.children[0].children[0].custom_attrs["aria-label"] = t("step3.evidence_browse")  # Reflex's input has no name
    return rx.cond(EvidenceState.upload_pass != "", zone, rx.el.div(*inside, class_name="drop"))


def evidence_upload(*, officers: bool = False) -> rx.Component:
    """The zone and the list of files, for any form whose page has admitted uploads.

    `officers`: their files go to a reporter; no original is kept of them, and nobody needs to stay unknown.
    """
    broken = rx.el.p(
        icon("circle-alert"),
        t("error.file_interrupted"),
        custom_attrs={"id": "upload-broken"},
        hidden=True,
        class_name="q-err mt-3",
    )
    checking = rx.cond(
        EvidenceState.checking,
        rx.el.p(icon("clock"), t("step3.evidence_scan"), class_name="small flex items-center gap-1.5 mt-3 mb-0"),
    )
    listed = rx.el.ul(
        rx.foreach(EvidenceState.files, _sent_along if officers else _waiting),
        rx.foreach(EvidenceState.refused, _refused),
        class_name="files",
        aria_label=t("a11y.files"),
        hidden=(EvidenceState.files.length() + EvidenceState.refused.length()) == 0,
    )
    kept = rx.cond(
        EvidenceState.files.length() > 0,
        rx.el.p(t("step3.evidence_keep_text"), class_name=_UNDER),
    )
    reporters = (kept, rx.el.p(t("step3.evidence_name"), " ", t("step3.evidence_metadata"), class_name=_UNDER))
    return rx.fragment(
        upload_zone(),
        _progress(),
        rx.el.div(broken, expired(), role="alert"),
        rx.el.div(checking, listed, role="status"),
        *([rx.el.p(t("case.attach_text"), class_name=_UNDER)] if officers else reporters),
    )


def _progress() -> rx.Component:
    """Of an upload that runs; filled in by the browser alone."""
    return rx.el.div(
        rx.el.span(t("common.uploading"), class_name="small"),
        rx.el.progress(
            max="100",
            value="0",
            aria_label=t("common.uploading"),
            custom_attrs={"id": "upload-bar"},
            class_name="flex-1",
        ),
        rx.el.span("0%", custom_attrs={"id": "upload-percent"}, class_name="small num"),
        custom_attrs={"id": "upload-running"},
        hidden=True,
        class_name="flex items-center gap-3 mt-3",
    )


def evidence_question() -> rx.Component:
    return rx.el.div(
        rx.el.p(label_text(t("step3.evidence"), False), class_name="q-label"),
        rx.el.p(t("step3.evidence_intro"), class_name="q-hint"),
        evidence_upload(),
        class_name="q",
    )


def expired(*more: Any) -> rx.Component:
    """That a file waited too long, for whoever has not been told."""
    said = rx.el.span(t("error.file_expired"), *more)
    note = rx.el.div(icon("circle-alert"), said, class_name="note mt-3", custom_attrs={"data-tone": "bad"})
    return rx.cond(EvidenceState.expired, note)


def file_size(file: rx.Var) -> rx.Component:
    return rx.el.span(file["type"], " · ", file[f"size_{lang()}"], class_name="small faint whitespace-nowrap")


def _waiting(file: rx.Var) -> rx.Component:
    """What arrived, what its cleaned copy lacks, and whether the original is wanted."""
    return _arrived(file, _keep(file), look_button(file["id"], file["number"]))


def _sent_along(file: rx.Var) -> rx.Component:
    """An officer's: the cleaned copy is all there will be, and the officer knows what is in it."""
    return _arrived(file)


def _arrived(file: rx.Var, *more: rx.Component) -> rx.Component:
    number = file["number"]
    done = rx.el.div(
        icon("circle-check"), t("step3.evidence_ok"), class_name="small flex items-center gap-1.5 tone-done"
    )
    removed = file[f"removed_{lang()}"]
    return rx.el.li(
        rx.el.span(rx.cond(file["image"] == "yes", icon("file-image"), icon("file-text")), class_name="thumb"),
        rx.el.div(
            rx.el.span(t("step3.evidence_item", n=number), class_name="font-semibold"),
            " ",
            file_size(file),
            done,
            scan_note(file),
            rx.el.div(
                rx.cond(removed != "", t("step3.evidence_cleaned", what=removed), t("step3.evidence_spotless")),
                class_name="small muted",
            ),
            *more,
            class_name="min-w-0",
        ),
        rx.el.button(
            icon("trash-2"),
            type="button",
            aria_label=t("step3.evidence_remove", n=number),
            on_click=EvidenceState.remove(file["id"]),
            class_name="icon-btn",
        ),
        key=file["id"],
        class_name="!items-start",
    )


def _keep(file: rx.Var) -> rx.Component:
    """Whether the original goes along."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            default_checked=file["keep"] == "yes",
            on_change=lambda ticked: EvidenceState.keep(file["id"], ticked),
            aria_label=t("step3.evidence_keep_n", n=file["number"]),
        ),
        rx.el.span(t("step3.evidence_keep")),
        class_name="check small",
    )


def scan_note(file: rx.Var) -> rx.Component:
    """That a scanner has not answered yet; nothing where there is none."""
    waiting = rx.el.div(
        icon("hourglass"), t("step3.evidence_unscanned"), class_name="small flex items-center gap-1.5 tone-wait"
    )
    return rx.cond(file["scan"] == "waiting", waiting)


def _refused(file: rx.Var) -> rx.Component:
    return rx.el.li(
        rx.el.span(icon("file-x"), class_name="thumb tone-bad"),
        rx.el.div(
            rx.el.span(t("step3.evidence_refused"), class_name="font-semibold"),
            " ",
            file_size(file),
            rx.el.div(icon("circle-alert"), file["said"], class_name="small font-semibold flex gap-1.5 bad"),
            class_name="min-w-0",
        ),
        rx.el.button(
            icon("x"),
            type="button",
            aria_label=t("step3.evidence_dismiss"),
            on_click=EvidenceState.dismiss(file["id"]),
            class_name="icon-btn",
        ),
        key=file["id"],
    )
