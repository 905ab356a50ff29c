"""Kebijakan Privasi: what is processed, who can open it, and what a reporter may ask for."""

import reflex as rx

from wbs_app.components.content import long_page, numbered, page_head, ticks
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.words import t
from wbs_app.state.portal import PortalState

CHAPTERS = {
    "pengendali": "controller",
    "tujuan": "purpose",
    "dasar": "basis",
    "data": "data",
    "pelindungan": "protection",
    "tanpa-kunci": "plain",
    "akses": "access",
    "penerusan": "sharing",
    "masa-simpan": "retention",
    "kuki": "cookies",
    "hak": "rights",
    "pembatasan": "limits",
    "kegagalan": "breach",
    "kontak-data": "dpo",
}
"""Anchor -> what the texts call the chapter: its title, then its NAME_text or its lines NAME_1, NAME_2 ..."""


def content() -> rx.Component:
    chapters = [(anchor, t(f"privacy.{name}"), chapter(name)) for anchor, name in CHAPTERS.items()]
    return shell("/privasi", page_head(t("privacy.title"), t("privacy.intro")), long_page(chapters))


def chapter(name: str) -> rx.Component:
    lines = numbered(f"privacy.{name}")
    return ticks(lines, "lock-keyhole") if lines else rx.el.p(t(f"privacy.{name}_text"), class_name="m-0")


PAGE = Page("/privasi", "title.privacy", content, (PortalState.enter,))
