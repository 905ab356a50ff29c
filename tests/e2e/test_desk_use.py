"""What an officer meets in a day at the desk: all in reach, nothing cut off, words that are meant for officers."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.acting import file
from tests.e2e.conftest import Install, Visit
from tests.e2e.filing import Filed
from tests.e2e.officers import hire, sign_in
from tests.e2e.serving import Server
from tests.e2e.visiting import Visitor
from tests.services.samples import jpeg

LONG_NOTE = "Uraian pemeriksaan lapangan.\n" * 80


@pytest.fixture(scope="module")
def filed(site: Server) -> Filed:
    """A report with evidence."""
    return file(site, files=(("foto.jpg", jpeg()),))


def at_case(visitor: Visitor, filed: Filed) -> Visitor:
    """The supervisor, with the case open."""
    sign_in(visitor, "pengawas")
    visitor.go(f"/petugas/laporan/{filed.ticket}")
    expect(visitor.field(visitor.say("chat.placeholder"))).to_be_visible()
    return visitor


def box(control: Locator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom."""
    found = control.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


def unfold(visitor: Visitor, key: str) -> None:
    visitor.page.locator("summary").get_by_text(visitor.say(key), exact=True).click()


def test_the_panel_is_in_reach_beside_a_long_case(site: Server, filed: Filed, visit: Visit) -> None:
    officer = at_case(visit(site, width=1280, height=720), filed)
    officer.write(officer.say("case.note_text"), LONG_NOTE)
    officer.press(officer.say("case.note_save"))
    expect(officer.field(officer.say("case.note_text"))).to_have_value("")
    expect(officer.page.get_by_role("listitem").filter(has_text=LONG_NOTE.split("\n")[0]).first).to_be_visible()
    assert officer.page.evaluate("document.documentElement.scrollHeight") > 2_000
    for key in ("case.change_status", "case.finding", "case.tags"):
        unfold(officer, key)
    officer.page.evaluate("scrollTo(0, 400)")  # whatever was scrolled to click
    last = officer.page.locator("summary").get_by_text(officer.say("case.conflict"), exact=True)
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    end = officer.page.evaluate("document.documentElement.scrollHeight - innerHeight")
    assert officer.page.evaluate("scrollY") < end / 2, "the case stays where it was"


def test_there_is_room_to_write(site: Server, filed: Filed, visit: Visit) -> None:
    officer = at_case(visit(site, width=1280), filed)
    for key in ("chat.placeholder", "case.note_text"):
        _, top, _, bottom = box(officer.field(officer.say(key)))
        assert bottom - top >= 60, f"{key}: several lines, not one"


def test_what_officers_attach_is_spoken_of_to_officers(site: Server, filed: Filed, visit: Visit) -> None:
    officer = at_case(visit(site, width=1280), filed)
    unfold(officer, "chat.attach")
    officer.page.locator("input[type=file]").set_input_files(
        {"name": "surat.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    officer.see(officer.say("step3.evidence_ok"))
    officer.see(officer.say("case.attach_text"))
    talk = officer.page.locator("section").filter(has=officer.heading(officer.say("case.tab_messages")))
    for key in ("step3.evidence_keep", "step3.evidence_keep_text", "step3.evidence_name", "summary.view_evidence"):
        expect(talk.get_by_text(officer.say(key))).to_have_count(0)
    officer.press(officer.say("chat.send"))
    sent = talk.get_by_role("listitem").filter(has_text=officer.say("case.evidence_count", n=1))
    expect(sent.get_by_role("time")).to_have_text(re.compile(r", \d\d\.\d\d WITA$"))


@pytest.mark.parametrize(
    ("typed", "key", "values"),
    [("9" * 60, "error.amount_max", {"max": "1.000.000.000.000.000"}), ("10.50", "error.amount", {})],
)
def test_a_loss_that_is_no_amount_is_refused_at_its_field(
    site: Server, filed: Filed, visit: Visit, typed: str, key: str, values: dict[str, str]
) -> None:
    officer = at_case(visit(site, width=1280), filed)
    unfold(officer, "case.finding")
    officer.page.get_by_role("combobox", name=officer.say("case.verdict")).select_option(index=1)
    officer.write(officer.say("case.amount_loss"), typed)
    officer.press(officer.say("case.finding_save"))
    loss = officer.field(officer.say("case.amount_loss"))
    expect(loss).to_have_attribute("aria-invalid", "true")
    expect(loss).to_have_accessible_description(officer.say(key, **values))
    expect(loss).to_have_value(typed)


def test_the_chart_shows_the_latest_month(site: Server, filed: Filed, visit: Visit) -> None:
    officer = visit(site, width=1280)
    sign_in(officer, "pengawas")
    for width in (390, 1280):
        officer.page.set_viewport_size({"width": width, "height": 800})
        officer.go("/petugas/dasbor")
        frame = officer.page.get_by_role("group", name=officer.say("board.flow"))
        left, _, right, _ = box(frame)
        months = frame.locator("rect.out")
        assert box(months.last)[2] <= right + 1, f"cut off at {width} px"
        assert box(months.first)[0] >= left or width < 1280, f"cut off at {width} px"


def test_a_target_leaves_the_ticket_alone_on_the_narrowest_phone(site: Server, filed: Filed, visit: Visit) -> None:
    officer = visit(site, width=320)
    sign_in(officer, "pengawas")
    row = officer.page.get_by_role("row").filter(has_text=filed.ticket)
    ticket, due = row.get_by_role("cell").first, row.get_by_role("cell").filter(has_text="Sisa")
    assert box(ticket)[3] <= box(due)[1] or box(due)[3] <= box(ticket)[1]


def test_what_can_be_done_with_a_user_stands_in_one_line(site: Server, visit: Visit) -> None:
    admin = visit(site, width=1280)
    sign_in(admin, "pengelola", "/petugas/kelola/pengguna")
    presses = admin.page.get_by_role("row").filter(has_text="penelaah").first.get_by_role("button")
    expect(presses).to_have_count(3)
    assert len({round(box(press)[1]) for press in presses.all()}) == 1


def test_whose_session_has_ended_is_told_so(site: Server, filed: Filed, visit: Visit) -> None:
    officer = at_case(visit(site, width=1280), filed)
    other = officer.context.new_page()
    other.goto(officer.url("/petugas/akun"))
    other.get_by_role("button", name=officer.say("account.sign_out"), exact=True).click()
    other.get_by_text(officer.say("auth.logged_out")).wait_for()
    officer.press(officer.say("case.note_save"))
    officer.arrive("/petugas/masuk")
    officer.see(officer.say("auth.session_ended"))


def test_an_address_that_is_none_stays_where_it_was_typed(site: Server, visit: Visit) -> None:
    admin = visit(site, width=1280)
    sign_in(admin, "pengelola", "/petugas/kelola/pengguna")
    row = admin.page.get_by_role("row").filter(has_text="penelaah").first
    row.get_by_role("button", name=admin.say("admin.user_email_edit")).click()
    dialog = admin.page.get_by_role("dialog", name=admin.say("admin.user_email_dialog", name="penelaah"))
    address = dialog.get_by_role("textbox")
    address.fill("penelaah@")
    dialog.get_by_role("button", name=admin.say("common.save")).click()
    expect(address).to_have_accessible_description(re.compile(re.escape(admin.say("error.email"))))
    expect(address).to_have_value("penelaah@")
    expect(dialog.get_by_role("alert")).to_have_text(admin.say("error.email"))
    address.fill("penelaah@baliprov.example")
    dialog.get_by_role("button", name=admin.say("common.save")).click()
    admin.see(admin.say("admin.user_email_saved", name="penelaah"))
    expect(dialog).not_to_be_visible()


@pytest.fixture
def idle(install: Install) -> Iterator[Server]:
    """A server where nobody has reported."""
    server = install("idle")
    server.start()
    hire(server, "layanan")
    yield server
    server.stop()


def test_a_dashboard_without_open_reports_says_so(idle: Server, visit: Visit) -> None:
    officer = visit(idle, width=1280)
    sign_in(officer, "layanan")
    officer.go("/petugas/dasbor")
    for key in ("board.stages", "board.on_time"):
        card = officer.page.locator("section").filter(has=officer.heading(officer.say(key)))
        expect(card).to_contain_text(officer.say("board.none_text"))
