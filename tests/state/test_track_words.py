"""How a tracked report reads: stages, targets, outcome and messages in plain words."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from wbs_app.model.deadlines import Clock
from wbs_app.model.workflow import CLOSED, Status
from wbs_app.services import reference
from wbs_app.services.conversation import Said
from wbs_app.services.evidence import About
from wbs_app.services.history import Step
from wbs_app.services.tracking import Piece, Tracked
from wbs_app.state.track_words import Stage, Words

TODAY = date(2026, 11, 20)


def step(status: str, day: int = 3, kind: str = "status", note: str | None = None, **more: Any) -> Step:
    return Step(status, kind, f"2026-11-{day:02}T09:14", "budi", note, more)


def report(*steps: Step, clock: Clock | None = None, **values: Any) -> Tracked:
    past = list(steps or (step("received"),))
    whole: dict[str, Any] = {
        "ticket": "BALI-7K3M-9QXT",
        "agency": "bali",
        "kind": "wbs",
        "status": past[-1].status,
        "received_at": datetime.fromisoformat("2026-11-03T09:14"),
        "steps": past,
        "clock": clock or Clock(acknowledge_by=date(2026, 11, 6), feedback_by=date(2026, 12, 15)),
        "answer_by": None,
        "today": TODAY,
        "rating": None,
        "acts": frozenset(),
        "account": {},
        "identity": {},
        "messages": [],
        "files": [],
        "profile": reference.shipped_catalogue("bali").profile,
    }
    return Tracked(**whole | values)


def stages(tracked: Tracked, lang: str = "id") -> list[Stage]:
    return Words(tracked, lang).stages()


def states(tracked: Tracked) -> list[tuple[str, str]]:
    return [(one["state"], one["label"]) for one in stages(tracked)]


def test_past_present_and_what_is_to_come() -> None:
    assert states(report(step("received"), step("verifying", 5), step("assessing", 11))) == [
        ("past", "Diterima"),
        ("past", "Diverifikasi"),
        ("now", "Ditelaah"),
        ("next", "Dalam Pemeriksaan"),
        ("next", "Tindak Lanjut"),
        ("next", "Selesai"),
    ]


@pytest.mark.parametrize("status", sorted(Status))
def test_every_status_has_its_place(status: Status) -> None:
    shown = stages(report(step("received"), step("verifying"), step(status, 9)))
    assert [one["state"] for one in shown].count("now") == 1
    assert (shown[-1]["state"] == "now") == (status in CLOSED)


def test_after_a_question_the_case_goes_on_where_it_was() -> None:
    asked = report(step("received"), step("verifying"), step("investigating"), step("clarification", 9, note="Kapan?"))
    assert [label for state, label in states(asked) if state == "next"] == ["Tindak Lanjut", "Selesai"]
    now = next(one for one in stages(asked) if one["state"] == "now")
    assert now["note"] == "", "the question stands among the messages"


def test_a_reopened_case_is_assessed_anew() -> None:
    again = report(step("received"), step("closed_proven"), step("reopened", 9, "object", "Saksi belum ditanya."))
    assert next(label for state, label in states(again) if state == "next") == "Ditelaah"
    assert stages(again)[2]["note"] == "Alasan Anda: Saksi belum ditanya."


def test_what_else_happened_stands_with_its_stage() -> None:
    shown = stages(
        report(
            step("received"),
            step("received", 4, "acknowledge"),
            step("received", 5, "evidence", count=2),
            step("verifying", 6),
            step("closed_proven", 9),
            step("closed_proven", 10, "rate", stars=4),
        )
    )
    assert [event["words"] for event in shown[0]["events"]] == [
        "Petugas mengonfirmasi penerimaan",
        "Bukti ditambahkan: 2 berkas",
    ]
    assert shown[0]["events"][0]["time"] == "4 Nov 2026, 09.14 WITA"
    assert shown[1]["events"] == []
    assert shown[2]["events"][0]["words"] == "Nilai Anda: 4 – Baik"


@pytest.mark.parametrize(
    ("clock", "target", "tone"),
    [
        (Clock(acknowledge_by=TODAY), "Penerimaan dikonfirmasi paling lambat 20 Nov 2026", "calm"),
        (Clock(acknowledge_by=date(2026, 11, 19)), "Penerimaan dikonfirmasi paling lambat 19 Nov 2026", "bad"),
        (Clock(acknowledge_by=TODAY, acknowledged_on=TODAY), "", ""),
        (Clock(acknowledged_on=TODAY, stage_by=date(2026, 11, 25)), "Target tahap ini: 25 Nov 2026", "calm"),
        (Clock(acknowledged_on=TODAY, stage_by=date(2026, 11, 19)), "Target tahap ini: 19 Nov 2026", "bad"),
        (
            Clock(paused_on=TODAY, stage_by=date(2026, 11, 19)),
            "Waktu penanganan berhenti sampai Anda menjawab",
            "paused",
        ),
    ],
)
def test_targets_in_plain_words(clock: Clock, target: str, tone: str) -> None:
    (now, *_) = stages(report(clock=clock))
    assert (now["target"], now["tone"]) == (target, tone)
    assert ("Melewati target" in now["late"]) == (tone == "bad")


def test_the_next_news() -> None:
    due = Clock(feedback_by=date(2026, 12, 15))
    assert Words(report(clock=due), "id").now()["news"] == "Kabar berikutnya paling lambat 15 Des 2026."
    for other in (replace(due, paused_on=TODAY), replace(due, feedback_by=date(2026, 11, 19)), Clock()):
        assert Words(report(clock=other), "id").now()["news"] == ""
    assert Words(report(step("withdrawn"), clock=due), "id").now()["news"] == ""


def test_until_when_to_answer() -> None:
    asked = report(step("received"), step("clarification"), answer_by=date(2026, 12, 10))
    assert Words(asked, "id").asked()["until"].startswith("Jawab paling lambat 10 Des 2026.")
    assert Words(asked, "en").asked()["until"].startswith("Answer by 10 Dec 2026.")
    assert Words(report(), "id").asked() == {}


def test_outcomes() -> None:
    referred = Words(report(step("received"), step("referred", 9, note="Bukan kewenangan kami.", to="KPK")), "id")
    assert referred.outcome() == {
        "note": "Bukan kewenangan kami.",
        "to": "Diteruskan kepada KPK",
        "time": "9 Nov 2026, 09.14 WITA",
        "rating": "",
    }
    assert [one["note"] for one in referred.stages()] == ["", ""], "the note stands with the outcome alone"
    withdrawn = Words(report(step("received"), step("withdrawn", 9, "withdraw", "Keliru.")), "id")
    assert withdrawn.outcome()["note"] == "Alasan Anda: Keliru."
    rated = report(step("received"), step("closed_proven"), step("closed_proven", 9, "rate", stars=5), rating=5)
    assert Words(rated, "en").outcome()["rating"] == "Your rating: 5 – Very good"
    assert Words(report(), "id").outcome() == {}


def file(id: str, by: str = "reporter") -> About:
    return About(id=id, at=0.0, extension="pdf", mime="application/pdf", size=2**20, sha256="", key="", by=by)


def test_messages_name_no_officer() -> None:
    said = [
        Said(1, "2026-11-12T10:20", "staff", "Kapan?", ask=True),
        Said(2, "2026-11-12T19:47", "reporter", "Oktober.", ["b"], facts=True, seen=True, mine=True),
        Said(3, "2026-11-20T08:31", "reporter", "Sudah?", mine=True),
    ]
    pieces = [Piece(1, file("a")), Piece(4, file("b", "budi"))]
    words = Words(report(messages=said, files=pieces), "id")
    first, asked, answer, last = words.thread([1])
    assert (first["kind"], first["time"], first["text"]) == ("system", "3 Nov 2026", "Laporan Anda telah kami terima.")
    assert (asked["who"], asked["mine"], asked["ask"], asked["fresh"]) == ("Petugas", "", "yes", "yes")
    assert (answer["who"], answer["seen"], answer["tag"]) == ("Anda", "Dibaca", "Keterangan tambahan")
    assert (answer["files"], answer["href"]) == ("Berkas laporan 4", "#berkas")
    assert (last["seen"], last["fresh"], last["files"], last["href"]) == ("Terkirim", "", "", "")
    assert [(row["number"], row["by"]) for row in words.files()] == [("1", ""), ("4", "dari petugas")]
    assert "budi" not in repr((words.thread([]), words.stages(), words.files(), words.outcome()))
