"""A report laid out for reading, as the manual's summary does; and what stands there until it has come."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from wbs_app.components.words import t


def skeleton(lines: int = 4) -> rx.Component:
    """Grey lines where a report will be."""
    return rx.el.div(
        *[rx.el.span(class_name="skel my-4") for _ in range(lines)],
        rx.el.span(t("common.loading"), class_name="sr"),
        role="status",
        class_name="waiting",
    )


def report_sections(sections: rx.Var, head: Callable[[Any], rx.Component] | None = None) -> rx.Component:
    """Sections of label and value. `head`: what stands at the right end of a section's head, such as "Ubah"."""

    def row(entry: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(entry["label"]),
            rx.el.dd(entry["value"], class_name="whitespace-pre-wrap"),
            key=entry["label"],
        )

    def person(entry: Any) -> rx.Component:
        cells = [rx.el.td(entry[part]) for part in ("no", "name", "position")]
        return rx.el.tr(*cells, key=entry["no"])

    def people(entries: Any) -> rx.Component:
        heads = [rx.el.th(t(key), scope="col") for key in ("summary.no", "summary.reported_name", "summary.position")]
        return rx.el.table(
            rx.el.thead(rx.el.tr(*heads)),
            rx.el.tbody(rx.foreach(entries, person)),
            class_name="people-table",
            aria_label=t("summary.reported"),
        )

    def answers(rows: Any) -> rx.Component:
        listed = rows.to(list[dict[str, str]])
        return rx.cond(listed.length() > 0, rx.el.dl(rx.foreach(listed, row), class_name="answers"))

    def section(entry: Any) -> rx.Component:
        persons = entry["people"].to(list[dict[str, str]])
        return rx.el.section(
            rx.el.div(
                rx.el.h2(entry["title"].to(str), class_name="m-0"),
                head(entry) if head else rx.fragment(),
                class_name="flex items-baseline justify-between gap-4 section-head",
            ),
            answers(entry["lead"]),
            rx.cond(persons.length() > 0, people(persons)),
            answers(entry["rows"]),
            key=entry["slug"].to(str),
            class_name="mt-8",
        )

    return rx.fragment(rx.foreach(sections, section))
