"""How the history of a case reads to an officer."""

from wbs_app.services.case_words import timeline
from wbs_app.services.history import Step

NAMES = {"made": "Made Wirawan"}
AT = "2026-11-22T16:18"


def _step(kind: str, status: str = "verifying", note: str | None = None, **more: str) -> Step:
    return Step(status, kind, AT, "made", note, more)


def test_now_is_the_step_that_led_to_the_present_status() -> None:
    past = [
        _step("status", "received"),
        _step("status"),
        _step("priority", priority="urgent"),
        _step("finding", verdict="proven"),
    ]
    shown = timeline(past, NAMES, "id", "WITA")
    assert [(step["label"], step["state"]) for step in shown] == [
        ("Simpulan: Terbukti", "past"),
        ("Prioritas: Mendesak", "past"),
        ("Diverifikasi", "now"),
        ("Diterima", "past"),
    ]


def test_a_report_that_was_withdrawn_is_so_now() -> None:
    past = [_step("status", "received"), _step("withdraw", "withdrawn")]
    assert [step["state"] for step in timeline(past, NAMES, "id", "WITA")] == ["now", "past"]


def test_without_the_key_each_stage_stands_once() -> None:
    past = [Step(status) for status in ("received", "received", "verifying", "verifying", "received")]
    shown = timeline(past, NAMES, "en", "WITA")
    assert [step["label"] for step in shown] == ["Received", "Under verification", "Received"]
    assert [step["state"] for step in shown] == ["now", "past", "past"]


def test_a_reason_is_not_taken_for_what_the_reporter_was_told() -> None:
    closed = _step("status", "not_actionable", "Bukan kewenangan kami.", reason="Sudah ditangani KPK.")
    asked = _step("identity_ask", reason="Perlu bertanya kepada saksi.")
    asking, closing = timeline([closed, asked], NAMES, "id", "WITA")
    assert closing["note"] == "Bukan kewenangan kami.\nAlasan untuk berkas: Sudah ditangani KPK."
    assert asking["note"] == "Perlu bertanya kepada saksi."
