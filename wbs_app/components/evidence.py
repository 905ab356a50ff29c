"""The upload of evidence, and the list of files."""

import reflex as rx

from wbs_app.components.browser import do
from wbs_app.components.fields import label_text
from wbs_app.components.shell import icon
from wbs_app.components.words import agency, lang, t
from wbs_app.state.evidence import EvidenceState

ACCEPT = {
    "application/pdf": [".pdf"],
    "image/jpeg": [".jpg", ".jpeg"],
    "image/png": [".png"],
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": [".docx"],
}
ZONE = "bukti"


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


def evidence_question() -> rx.Component:
    running = rx.el.div(
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
    broken = rx.el.p(
        icon("circle-alert"),
        t("error.file_interrupted"),
        custom_attrs={"id": "upload-broken"},
        hidden=True,
        class_name="q-err mt-3",
    )
    listed = rx.el.ul(
        rx.foreach(EvidenceState.files, _waiting),
        rx.foreach(EvidenceState.refused, _refused),
        class_name="files",
        aria_label=t("a11y.files"),
        hidden=(EvidenceState.files.length() + EvidenceState.refused.length()) == 0,
    )
    return rx.el.div(
        rx.el.p(label_text(t("step3.evidence"), False), class_name="q-label"),
        rx.el.p(t("step3.evidence_intro"), class_name="q-hint"),
        upload_zone(),
        running,
        rx.el.div(broken, role="alert"),
        rx.el.div(listed, role="status"),
        rx.el.p(t("step3.evidence_name"), " ", t("step3.evidence_metadata"), class_name="small muted mt-3 mb-0"),
        class_name="q",
    )


def file_size(file: rx.Var) -> rx.Component:
    return rx.el.span(file["type"], " · ", file[f"size_{lang()}"], class_name="small faint")


def _waiting(file: rx.Var) -> rx.Component:
    number = file["number"]
    return rx.el.li(
        rx.el.span(rx.cond(file["image"] == "yes", icon("file-image"), icon("file-text")), class_name="thumb"),
        rx.el.div(
            rx.el.span(t("step3.evidence_item", n=number), class_name="font-semibold"),
            " ",
            file_size(file),
            rx.el.div(
                icon("circle-check"),
                t("step3.evidence_ok"),
                class_name="small flex items-center gap-1.5 tone-done",
            ),
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
    )


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
