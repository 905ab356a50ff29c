"""The case file on paper: a PDF under a password, without the reporter's identity.

Fit to be handed to another body, too: who reported stands nowhere in it.
"""

import asyncio
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from wbs_app.model.access import Actor, Permission
from wbs_app.model.documents import moment_in_words, sections
from wbs_app.services import case_words, conversation
from wbs_app.services.audit import record
from wbs_app.services.casefile import Case, read_again
from wbs_app.services.casework import NotFound
from wbs_app.services.conversation import Said
from wbs_app.services.database import Db
from wbs_app.services.history import now_in
from wbs_app.services.refusal import Refused
from wbs_app.services.staff import names_of
from wbs_app.text import fill, text

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 100
_INK, _LINE = colors.HexColor("#16202C"), colors.HexColor("#DADDD9")
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=13, textColor=_INK)
_LABEL = ParagraphStyle("label", parent=_BODY, fontName="Helvetica-Bold")
_TITLE = ParagraphStyle("title", parent=_BODY, fontName="Helvetica-Bold", fontSize=16, leading=20)
_HEAD = ParagraphStyle("head", parent=_LABEL, fontSize=11.5, leading=15, spaceBefore=9 * mm, spaceAfter=2 * mm)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=8, leading=11)
_LONGEST_CELL = 1500  # a cell cannot be broken over two pages

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class _Paper:
    """What is printed: a title, lines below it, and parts with rows of label and value."""

    title: str
    lines: list[str]
    parts: list[tuple[str, Rows]]
    foot: str


async def case_pdf(db: Db, actor: Actor, ticket: str, lang: str, password: str) -> bytes:
    """The file of a case, encrypted with AES-256 under `password`. Printing is recorded, so `db` must write.

    Raises:
        Forbidden: unless the actor may read cases.
        NotFound: when the case is out of reach, or the actor holds no key to it.
        Refused: for a password that is too short or too long.
    """
    actor.require(Permission.READ_CASE)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused("case.print_rule")
    case = await read_again(db, actor, ticket)
    if case.account is None:
        raise NotFound
    said = await conversation.thread_for_staff(db, actor, ticket)
    mentioned = {step.more.get("officer") for step in case.history}
    names = await names_of(db, {step.who for step in case.history} | {each.who for each in said} | mentioned)
    paper = _paper(case, said, names, actor, lang)
    made = await asyncio.to_thread(lambda: _encrypted(_printed(paper), password))
    await record(db, actor.username, "print_case", case.report.ticket)
    return made


def _paper(case: Case, said: list[Said], names: dict[str, str], actor: Actor, lang: str) -> _Paper:
    report, profile = case.report, case.profile
    zone = profile.timezone_label
    head = case_words.head(case, lang)
    assert case.account is not None
    parts: list[tuple[str, Rows]] = [
        (section["title"], _rows(section)) for section in sections(case.account, None, lang, report.agency)
    ]
    parts.append((text("summary.evidence", lang), _evidence(case, lang)))
    parts.append((text("case.finding", lang), _finding(case, lang)))
    parts.append((text("case.tab_messages", lang), _messages(case, said, names, lang)))
    parts.append((text("case.tab_timeline", lang), _timeline(case, names, lang, zone)))
    at = f"{now_in(profile.timezone):%Y-%m-%dT%H:%M}"
    printed = fill(text("case.printed", lang), name=actor.name, date=f"{moment_in_words(at, lang)} {zone}")
    return _Paper(
        title=fill(text("case.title", lang), ticket=report.ticket),
        lines=[
            profile.name_en if lang == "en" else profile.name_id,
            f"{head['status']} · {fill(text('case.received', lang), date=head['received'])}",
            text("case.print_no_identity", lang),
        ],
        parts=[(title, rows) for title, rows in parts if rows],
        foot=f"{report.ticket} · {printed}",
    )


def _rows(section: Any) -> Rows:
    people = [(person["no"], f"{person['name']} · {person['position']}") for person in section["people"]]
    found = [(row["label"], row["value"]) for row in section["lead"]]
    return [*found, *people, *((row["label"], row["value"]) for row in section["rows"])]


def _evidence(case: Case, lang: str) -> Rows:
    """Each file with the digest by which it can be told again."""
    return [
        (
            fill(text("summary.evidence_item", lang), n=proof.position),
            f"{proof.about['extension'].upper()} · {proof.about['size']} B · SHA-256 {proof.about['sha256']}",
        )
        for proof in case.evidence
        if proof.about is not None
    ]


def _finding(case: Case, lang: str) -> Rows:
    found = case_words.found(case.dossier, lang)
    keys = {
        "verdict_text": "case.verdict",
        "summary": "case.finding_text",
        "recommendation": "case.recommendation",
        "loss": "case.amount_loss",
        "referred_to": "case.referred_to",
    }
    return [(text(key, lang), found[name]) for name, key in keys.items() if found[name]]


def _messages(case: Case, said: list[Said], names: dict[str, str], lang: str) -> Rows:
    return [
        (
            f"{moment_in_words(each.at, lang)}\n{case_words.who_is(each.who, names, lang)}",
            "\n".join(part for part in (_sort(each, lang), each.text, _files(case, each, lang)) if part),
        )
        for each in said
    ]


def _sort(said: Said, lang: str) -> str:
    """What a message is beside words; empty for most."""
    return text("chat.asks", lang) if said.ask else text("chat.facts", lang) if said.facts else ""


def _files(case: Case, said: Said, lang: str) -> str:
    """What came with a message, by the numbers under which the files are listed."""
    numbers = ", ".join(str(proof.position) for proof in case.evidence if proof.id in said.files)
    return fill(text("summary.evidence_item", lang), n=numbers) if numbers else ""


def _timeline(case: Case, names: dict[str, str], lang: str, zone: str) -> Rows:
    shown = reversed(case_words.timeline(case.history, names, lang, zone))
    return [
        (step["time"], "\n".join(part for part in (step["label"], step["note"], step["who"]) if part)) for step in shown
    ]


# --- on paper ---------------------------------------------------------------------------------------------------------


def _printed(paper: _Paper) -> bytes:
    story: list[Flowable] = [_words(paper.title, _TITLE), *(_words(line, _BODY) for line in paper.lines)]
    for title, rows in paper.parts:
        story += [_words(title, _HEAD), _table(rows)]
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=paper.title,
        author="",
        creator="WBS",
        producer="WBS",
        invariant=True,  # no time of making beside the one that is printed
    )
    foot = lambda canvas, _page: _foot(canvas, paper.foot)  # noqa: E731
    page.build([*story, Spacer(1, 1)], onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _table(rows: Rows) -> Table:
    cells = [
        [_words(label, _LABEL), _words(piece, _BODY)] for label, value in rows for label, piece in _pieces(label, value)
    ]
    table = Table(cells, colWidths=[45 * mm, 125 * mm], splitByRow=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEABOVE", (0, 0), (-1, -1), 0.4, _LINE),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
            ]
        )
    )
    return table


def _pieces(label: str, value: str) -> Iterable[tuple[str, str]]:
    """A long value in several cells, the label beside the first."""
    for start in range(0, max(len(value), 1), _LONGEST_CELL):
        yield (label if start == 0 else ""), value[start : start + _LONGEST_CELL]


def _words(words: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_writable(words)).replace("\n", "<br/>"), style)


def _writable(words: str) -> str:
    """The standard fonts know Latin letters; any other character is named by its number, never left out in silence."""
    plain = "".join(mark for mark in words if mark == "\n" or mark.isprintable())
    return "".join(
        mark if mark.encode("cp1252", "ignore") or mark == "\n" else f"[U+{ord(mark):04X}]" for mark in plain
    )


def _foot(canvas: Any, words: str) -> None:
    canvas.setFont(_SMALL.fontName, _SMALL.fontSize)
    canvas.drawString(20 * mm, 11 * mm, _writable(words))
    canvas.drawRightString(A4[0] - 20 * mm, 11 * mm, str(canvas.getPageNumber()))


def _encrypted(made: bytes, password: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pdf.save(
            out,
            encryption=pikepdf.Encryption(owner=password, user=password, R=6, metadata=True),
            deterministic_id=False,
        )
    return out.getvalue()
