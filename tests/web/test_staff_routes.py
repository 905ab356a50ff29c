"""The staff's plain HTTP: signing in and out, second factor, invitations, passwords."""

import pytest
from httpx import AsyncClient, Response
from sqlmodel import select

from tests.web.conftest import PASSWORD, Browser, Employ, File, code_of, enrolled, sign_in
from wbs_app.config import settings
from wbs_app.edge import CODES_COOKIE, SESSION_COOKIE
from wbs_app.model.access import Actor, Role
from wbs_app.model.tables import ReportKey
from wbs_app.services import counting, limits, once, recovery_codes, sessions, staff
from wbs_app.services.database import reading, writing
from wbs_app.staff_routes import staff_routes
from wbs_app.vault.codes import new_recovery_codes

NEW = "kuda besi menari pelan"


@pytest.fixture(autouse=True)
def few_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two recovery codes instead of ten, each of which takes its time."""
    monkeypatch.setattr(recovery_codes, "new_recovery_codes", lambda: new_recovery_codes(2))


def goes(answer: Response) -> str:
    """Where an answer leads: always by GET, and with nothing to read on the way."""
    assert (answer.status_code, answer.content) == (303, b"")
    assert answer.headers["cache-control"] == "no-store"
    return answer.headers["location"]


async def who(browser: AsyncClient) -> Actor | None:
    return await sessions.resolve(browser.cookies.get(SESSION_COOKIE))


async def invited(username: str = "sari") -> str:
    async with writing() as db:
        added = await staff.add(db, username, "Sari Dewi", Role.INTAKE, ("bali",), None)
        assert added.id is not None
        return await staff.invite(db, added.id)


# --- password --------------------------------------------------------------------------------------------------------


async def test_unknown_name_and_wrong_password_look_the_same(browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    answers = [await sign_in(browser(), *given) for given in (("budi", "salah"), ("tidakada", PASSWORD), ("", ""))]
    assert {goes(answer) for answer in answers} == {"/petugas/masuk?galat=1"}
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.INTAKE, "/petugas/laporan"),
        (Role.SERVICE, "/petugas/laporan"),
        (Role.ADMIN, "/petugas/kelola/pengguna"),
        (Role.AUDITOR, "/petugas/audit"),
        (Role.IDENTITY, "/petugas/identitas"),
    ],
)
async def test_each_role_arrives_at_its_first_page(
    relaxed: None, browser: Browser, employ: Employ, role: Role, page: str
) -> None:
    await employ("budi", role)
    visitor = browser()
    answer = await sign_in(visitor, " BUDI ")
    assert goes(answer) == page
    (line,) = answer.headers.get_list("set-cookie")
    value = visitor.cookies[SESSION_COOKIE]
    assert line == f"{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict"
    actor = await who(visitor)
    assert actor is not None
    assert (actor.username, actor.half) == ("budi", False)


async def test_english_forms_stay_english(relaxed: None, browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    visitor = browser()
    wrong = await visitor.post("/en/petugas/masuk", data={"username": "budi", "password": "salah"})
    assert goes(wrong) == "/en/petugas/masuk?galat=1"
    right = await visitor.post("/en/petugas/masuk", data={"username": "budi", "password": PASSWORD})
    assert goes(right) == "/en/petugas/laporan"
    assert goes(await visitor.post("/en/petugas/keluar")) == "/en/petugas/masuk?kabar=keluar"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"username=budi",
        b"&".join(b"a=%d" % n for n in range(50)),
        b"username=%ED%A0%80&password=%00",
    ],
)
async def test_odd_forms_are_just_wrong(browser: Browser, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert goes(await browser().post("/petugas/masuk", content=body, headers=headers)) == "/petugas/masuk?galat=1"


async def test_signing_in_gives_colleagues_the_keys_they_lack(
    relaxed: None, browser: Browser, employ: Employ, filed: File
) -> None:
    await employ("budi", Role.INTAKE)
    await filed()
    late = await employ("sari", Role.SUPERVISOR)
    async with reading() as db:
        lacking = select(ReportKey).where(ReportKey.holder == str(late.id))
        assert (await db.exec(lacking)).all() == []
    await sign_in(browser(), "budi")
    async with reading() as db:
        assert [key.document for key in await db.exec(lacking)] == ["account"]


# --- second factor ---------------------------------------------------------------------------------------------------


async def test_password_then_code(browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    secret = await enrolled("budi")
    visitor = browser()
    assert goes(await sign_in(visitor, "budi")) == "/petugas/verifikasi"
    half = visitor.cookies[SESSION_COOKIE]
    actor = await sessions.resolve(half)
    assert actor is not None
    assert actor.half
    wrong = await visitor.post("/petugas/verifikasi", data={"code": "000000"})
    assert goes(wrong) == "/petugas/verifikasi?galat=kode"
    right = await visitor.post("/petugas/verifikasi", data={"code": code_of(secret)})
    assert goes(right) == "/petugas/laporan"
    assert visitor.cookies[SESSION_COOKIE] != half
    assert await sessions.resolve(half) is None
    actor = await who(visitor)
    assert actor is not None
    assert actor.private_key


async def test_a_code_without_a_password_leads_to_the_password(browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    secret = await enrolled("budi")
    for page in ("verifikasi", "aktivasi"):
        answer = await browser().post(f"/petugas/{page}", data={"code": code_of(secret)})
        assert goes(answer) == "/petugas/masuk?galat=sesi"
        assert "set-cookie" not in answer.headers


async def test_too_many_wrong_codes(browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    secret = await enrolled("budi")
    visitor = browser()
    await sign_in(visitor, "budi")
    for _ in range(sessions.TRIES):
        await visitor.post("/petugas/verifikasi", data={"code": "000000"})
    answer = await visitor.post("/petugas/verifikasi", data={"code": code_of(secret)})
    assert goes(answer) == "/petugas/verifikasi?galat=terkunci"


async def test_enrolment_and_recovery_codes(browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    visitor = browser()
    assert goes(await sign_in(visitor, "budi")) == "/petugas/aktivasi"
    begun = await sessions.begin_enrolment(visitor.cookies[SESSION_COOKIE])
    assert begun is not None
    wrong = await visitor.post("/petugas/aktivasi", data={"code": "000000"})
    assert goes(wrong) == "/petugas/aktivasi?galat=kode"
    done = await visitor.post("/petugas/aktivasi", data={"code": code_of(begun.secret.replace(" ", ""))})
    assert goes(done) == "/petugas/aktivasi/kode"
    line = next(line for line in done.headers.get_list("set-cookie") if line.startswith(CODES_COOKIE))
    assert line.endswith("; Path=/; HttpOnly; SameSite=Strict; Max-Age=600")

    session, sealed = visitor.cookies[SESSION_COOKIE], visitor.cookies[CODES_COOKIE].strip('"')
    codes = once.unwrap(session, sealed)
    assert len(codes) == 2
    assert once.unwrap("another session", sealed) == once.unwrap("", sealed) == once.unwrap(session, sealed[:-4]) == []
    assert not any(code in sealed for code in codes)

    assert goes(await visitor.post("/petugas/aktivasi/kode")) == "/petugas"
    assert CODES_COOKIE not in visitor.cookies
    other = browser()
    await sign_in(other, "budi")
    assert goes(await other.post("/petugas/verifikasi", data={"code": codes[0]})) == "/petugas/laporan"
    await sign_in(other, "budi")
    again = await other.post("/petugas/verifikasi", data={"code": codes[0]})
    assert goes(again) == "/petugas/verifikasi?galat=kode"


# --- invitation, password, the end -----------------------------------------------------------------------------------


async def test_an_invitation_is_accepted_once(relaxed: None, browser: Browser) -> None:
    token = await invited()
    page = f"/petugas/undangan?kode={token}"
    visitor = browser()
    refused = {
        ("pendek", "pendek"): "pendek",
        (NEW, NEW + "x"): "beda",
        ("sarisarisarisari", "sarisarisarisari"): "mudah",
        ("x" * 2000, "x" * 2000): "panjang",
    }
    for (password, confirm), code in refused.items():
        answer = await visitor.post(page, data={"password": password, "confirm": confirm})
        assert goes(answer) == f"{page}&galat={code}"
    both = {"password": NEW, "confirm": NEW}
    assert goes(await visitor.post(page, data=both)) == "/petugas/masuk?kabar=undangan"
    assert goes(await visitor.post(page, data=both)) == f"{page}&galat=undangan"
    assert goes(await sign_in(visitor, "sari", NEW)) == "/petugas/laporan"


async def test_no_invitation(browser: Browser) -> None:
    both = {"password": NEW, "confirm": NEW}
    for token in ("", "x", "%00", "ü"):
        answer = await browser().post("/petugas/undangan", params={"kode": token}, data=both)
        assert goes(answer).endswith("&galat=undangan")


async def test_signing_out(relaxed: None, browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    visitor = browser()
    await sign_in(visitor, "budi")
    session = visitor.cookies[SESSION_COOKIE]
    answer = await visitor.post("/petugas/keluar")
    assert goes(answer) == "/petugas/masuk?kabar=keluar"
    assert {line.split("=")[0] for line in answer.headers.get_list("set-cookie")} == {SESSION_COOKIE, CODES_COOKIE}
    assert SESSION_COOKIE not in visitor.cookies
    assert await sessions.resolve(session) is None
    assert goes(await visitor.post("/petugas/keluar")) == "/petugas/masuk?kabar=keluar"


async def test_changing_the_password(relaxed: None, browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    here, elsewhere = browser(), browser()
    await sign_in(here, "budi")
    await sign_in(elsewhere, "budi")
    tries = {
        ("salah", NEW, NEW): "lama",
        (PASSWORD, NEW, "lain"): "beda",
        (PASSWORD, "pendek", "pendek"): "pendek",
    }
    for (current, password, confirm), code in tries.items():
        form = {"current": current, "password": password, "confirm": confirm}
        assert goes(await here.post("/petugas/akun", data=form)) == f"/petugas/akun?galat={code}"
    form = {"current": PASSWORD, "password": NEW, "confirm": NEW}
    assert goes(await here.post("/petugas/akun", data=form)) == "/petugas/akun?kabar=sandi"
    assert await who(here) is not None
    assert await who(elsewhere) is None
    assert goes(await elsewhere.post("/petugas/akun", data=form)) == "/petugas/masuk?galat=sesi"
    assert goes(await sign_in(elsewhere, "budi")) == "/petugas/masuk?galat=1"
    assert goes(await sign_in(elsewhere, "budi", NEW)) == "/petugas/laporan"


async def test_guesses_at_the_current_password_are_slowed(relaxed: None, browser: Browser, employ: Employ) -> None:
    counting.forget()
    await employ("budi", Role.INTAKE)
    visitor = browser()
    await sign_in(visitor, "budi")
    wrong = {"current": "salah", "password": NEW, "confirm": NEW}
    said = [goes(await visitor.post("/petugas/akun", data=wrong)) for _ in range(limits.FREE_TRIES + 2)]
    assert said == ["/petugas/akun?galat=lama"] * (limits.FREE_TRIES + 1) + ["/petugas/akun?galat=tunggu"]
    counting.forget()


async def test_a_half_session_changes_no_password(browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    visitor = browser()
    await sign_in(visitor, "budi")
    form = {"current": PASSWORD, "password": NEW, "confirm": NEW}
    assert goes(await visitor.post("/petugas/akun", data=form)) == "/petugas/masuk?galat=sesi"


# --- recovery codes made anew, the end of all sessions ---------------------------------------------------------------

NEW_CODES = "/petugas/akun/kode-pemulihan"


async def enrolled_here(visitor: AsyncClient, username: str) -> list[str]:
    """Signs in with a second factor set up just now: the recovery codes."""
    await sign_in(visitor, username)
    begun = await sessions.begin_enrolment(visitor.cookies[SESSION_COOKIE])
    assert begun is not None
    await visitor.post("/petugas/aktivasi", data={"code": code_of(begun.secret.replace(" ", ""))})
    codes = codes_of(visitor)
    await visitor.post("/petugas/aktivasi/kode")
    return codes


def codes_of(visitor: AsyncClient) -> list[str]:
    return once.unwrap(visitor.cookies[SESSION_COOKIE], visitor.cookies[CODES_COOKIE].strip('"'))


async def test_new_recovery_codes(browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    visitor, other = browser(), browser()
    old = await enrolled_here(visitor, "budi")
    wrong = await visitor.post(NEW_CODES, data={"reauth": "salah"})
    assert goes(wrong) == "/petugas/akun?galat_kode=lama"
    assert CODES_COOKIE not in visitor.cookies
    done = await visitor.post(NEW_CODES, data={"reauth": PASSWORD})
    assert goes(done) == "/petugas/aktivasi/kode?kabar=kode"
    (line,) = done.headers.get_list("set-cookie")
    assert line.startswith(CODES_COOKIE) and line.endswith("; Path=/; HttpOnly; SameSite=Strict; Max-Age=600")
    new = codes_of(visitor)
    assert len(set(old) | set(new)) == 4
    assert goes(await visitor.post("/petugas/aktivasi/kode?kabar=kode")) == "/petugas/akun?kabar=kode"
    assert CODES_COOKIE not in visitor.cookies
    assert await who(visitor) is not None
    await sign_in(other, "budi")
    answer = await other.post("/petugas/verifikasi", data={"code": old[0]})
    assert goes(answer) == "/petugas/verifikasi?galat=kode"
    assert goes(await other.post("/petugas/verifikasi", data={"code": new[0]})) == "/petugas/laporan"


async def test_new_recovery_codes_in_english(browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    visitor = browser()
    await enrolled_here(visitor, "budi")
    wrong = await visitor.post(f"/en{NEW_CODES}", data={})
    assert goes(wrong) == "/en/petugas/akun?galat_kode=lama"
    done = await visitor.post(f"/en{NEW_CODES}", data={"reauth": PASSWORD})
    assert goes(done) == "/en/petugas/aktivasi/kode?kabar=kode"
    saved = await visitor.post("/en/petugas/aktivasi/kode?kabar=kode")
    assert goes(saved) == "/en/petugas/akun?kabar=kode"


async def test_new_recovery_codes_are_slow_to_guess_for(browser: Browser, employ: Employ) -> None:
    counting.forget()
    await employ("budi", Role.INTAKE)
    visitor = browser()
    await enrolled_here(visitor, "budi")
    for _ in range(limits.FREE_TRIES + 1):
        await visitor.post(NEW_CODES, data={"reauth": "salah"})
    answer = await visitor.post(NEW_CODES, data={"reauth": PASSWORD})
    assert goes(answer) == "/petugas/akun?galat_kode=tunggu"
    assert CODES_COOKIE not in visitor.cookies
    counting.forget()


async def test_no_recovery_codes_without_a_second_factor(relaxed: None, browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    visitor = browser()
    await sign_in(visitor, "budi")
    answer = await visitor.post(NEW_CODES, data={"reauth": PASSWORD})
    assert goes(answer) == "/petugas/akun?galat_kode=tanpa"
    assert "set-cookie" not in answer.headers


async def test_signing_out_everywhere(relaxed: None, browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    await employ("sari", Role.INTAKE)
    here, elsewhere, colleague = browser(), browser(), browser()
    for visitor, username in ((here, "budi"), (elsewhere, "budi"), (colleague, "sari")):
        await sign_in(visitor, username)
    answer = await here.post("/petugas/keluar/semua")
    assert goes(answer) == "/petugas/masuk?kabar=semua"
    assert {line.split("=")[0] for line in answer.headers.get_list("set-cookie")} == {SESSION_COOKIE, CODES_COOKIE}
    assert SESSION_COOKIE not in here.cookies
    assert await who(elsewhere) is None
    assert await who(colleague) is not None
    assert goes(await elsewhere.post("/petugas/keluar/semua")) == "/petugas/masuk?galat=sesi"


@pytest.mark.parametrize("path", [NEW_CODES, "/petugas/keluar/semua"])
async def test_a_half_session_is_led_to_the_door(browser: Browser, employ: Employ, path: str) -> None:
    await employ("budi", Role.INTAKE)
    visitor = browser()
    await sign_in(visitor, "budi")
    assert goes(await visitor.post(path, data={"reauth": PASSWORD})) == "/petugas/masuk?galat=sesi"
    assert await who(visitor) is not None


# --- every form ------------------------------------------------------------------------------------------------------

FORMS = sorted(route.path for route in staff_routes if route.methods == {"POST"})


def test_forms_exist_in_both_languages() -> None:
    plain = {path for path in FORMS if not path.startswith("/en/")}
    assert len(plain) == 9
    assert set(FORMS) == plain | {f"/en{path}" for path in plain}


@pytest.mark.parametrize("path", FORMS)
async def test_forms_of_other_sites_are_refused(relaxed: None, browser: Browser, employ: Employ, path: str) -> None:
    await employ("budi", Role.INTAKE)
    visitor = browser()
    await sign_in(visitor, "budi")
    for origin in ("https://example.org", "null", settings().origin + ".example.org"):
        assert (await visitor.post(path, headers={"origin": origin})).status_code == 403
    del visitor.headers["origin"]
    assert (await visitor.post(path)).status_code == 403
    assert await who(visitor) is not None


@pytest.mark.parametrize("path", FORMS)
async def test_forms_take_only_posts_of_a_decent_size(browser: Browser, path: str) -> None:
    visitor = browser()
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await visitor.request(method, path, content=b"x")).status_code == 405
    assert (await visitor.post(path, content=b"x" * 70_000)).status_code == 413
