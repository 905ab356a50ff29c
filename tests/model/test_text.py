"""The two text decks: same keys, same placeholders, the seed's labels to the letter."""

import re
import tomllib
from importlib.resources import files

import pytest

from wbs_app.text import LANGUAGES, fill, has, keys, overrides, placeholders, text

MAY_EXCLAIM = ("Berhasil!", "Success!", "SP4N-LAPOR!")

# What the two manuals call their screens, fields and buttons, spelled exactly.
BALI = {
    "nav.home": "Beranda",
    "nav.track": "Lacak Laporan",
    "nav.faq": "FAQ",
    "nav.contact": "Kontak",
    "nav.report_now": "Lapor Sekarang",
    "landing.cta_report": "Lapor Sekarang",
    "type.title": "Pilih jenis pengaduan",
    "type.submit": "Lapor Sekarang",
    "wizard.title": "Form Pelaporan",
    "wizard.step1": "Biodata Pelapor",
    "wizard.step2": "Detail Kejadian",
    "wizard.step3": "Lokasi & Waktu Kejadian",
    "wizard.step4": "Ringkasan Laporan",
    "common.next": "Selanjutnya",
    "step1.title": "Biodata Pelapor",
    "step1.intro": "Anda boleh menggunakan nama dan email samaran.",
    "step1.name": "Nama",
    "step1.include_email": "Cantumkan Email",
    "step1.email": "Email",
    "step2.title": "Detail Kejadian",
    "step2.violation": "Jenis Pelanggaran",
    "step2.reported_name": "Nama Terlapor",
    "step2.reported_name_ph": "Nama",
    "step2.reported_position": "Unit Jabatan",
    "step2.reported_position_ph": "Jabatan",
    "step2.unit": "Unit Kejadian",
    "step2.unit_ph": "- Pilih Unit Kejadian -",
    "step2.description": "Deskripsi Pelanggaran",
    "step3.title": "Lokasi & Waktu Kejadian",
    "step3.address": "Alamat",
    "step3.province": "Provinsi",
    "step3.regency": "Kabupaten/Kota",
    "step3.time": "Perkiraan Waktu Kejadian",
    "step3.evidence": "Bukti Kejadian",
    "summary.title": "Ringkasan Laporan",
    "summary.reporter": "Pelapor",
    "summary.name": "Nama",
    "summary.email": "Email",
    "summary.detail": "Detail Laporan",
    "summary.violation": "Jenis Pelanggaran",
    "summary.no": "No",
    "summary.reported_name": "Nama Terlapor",
    "summary.position": "Jabatan",
    "summary.unit": "Unit Kejadian",
    "summary.description": "Deskripsi",
    "summary.place_time": "Lokasi & Waktu Kejadian",
    "summary.address": "Alamat",
    "summary.time": "Waktu",
    "summary.evidence": "Bukti Kejadian",
    "summary.view_evidence": "lihat bukti",
    "summary.submit": "Kirim Laporan",
    "success.title": "Berhasil!",
    "success.view_history": "Lihat Riwayat Laporan",
    "track.title": "Lacak Laporan",
    "track.history": "Riwayat Laporan",
}
NTT = {
    "wizard.title": "Formulir Pelaporan",
    "step1.title": "Identitas Pelapor",
    "step1.name": "Nama Pelapor",
    "step1.phone": "Telepon Pelapor",
    "step1.email": "Email Pelapor",
    "step1.contact_consent": "Persetujuan Untuk Dihubungi Kembali",
    "step2.violation": "Tindakan/Perbuatan yang dilaporkan",
    "step2.reported": "Identitas Terlapor",
    "step2.reported_name": "Nama Terlapor",
    "step2.reported_position": "Jabatan Terlapor",
    "step2.description": "Kronologi Kejadian",
    "step2.amount": "Nominal",
    "step3.time": "Waktu Kejadian (tanggal atau periode)",
    "step3.address": "Lokasi Kejadian",
    "step3.link": "Link Bukti",
    "service.title": "Pengaduan Layanan",
    "service.section": "Identitas Layanan",
    "service.kind": "Jenis Layanan",
    "service.complaint": "Keluhan",
    "service.complaint_ph": "Ceritakan Detail Kronologi Kejadian",
    "service.link": "Link Bukti/Screenshot",
    "summary.submit": "Kirim Laporan",
    "common.reset": "Reset",
}

# Labels that stand on one page at the same time.
TOGETHER = {
    "step1": "name include_email email phone contact_consent",
    "step2": "violation violation_other reported_name reported_position reported_add reported_unknown"
    " unit unit_other unit_other_name description amount exclude",
    "step3": "address province regency precision_exact precision_date precision_month precision_range"
    " date clock month year date_from date_to ongoing evidence_browse link",
    "service": "kind complaint link",
    "track": "ticket pin submit",
    "success": "copy print download saved_check view_history",
    "invite": "password confirm submit",
}


def every_text(lang: str) -> dict[tuple[str, str], str]:
    """(key, agency or "") -> text."""
    base = {(key, ""): text(key, lang) for key in keys(lang)}
    return base | {(key, a): said for key in keys(lang) for a, said in overrides(key, lang).items()}


def test_both_languages_say_the_same_things() -> None:
    indonesian, english = every_text("id"), every_text("en")
    assert indonesian.keys() == english.keys()
    unequal = [at for at in indonesian if placeholders(indonesian[at]) != placeholders(english[at])]
    assert unequal == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_whole_and_calm(lang: str) -> None:
    for at, said in every_text(lang).items():
        assert said.strip(), at
        assert "  " not in said, at
        calm = said
        for allowed in MAY_EXCLAIM:
            calm = calm.replace(allowed, "")
        assert "!" not in calm, at
        assert "{" not in re.sub(r"\{[a-z_]+\}", "", said), f"{at}: a brace that fill() does not know"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_agencies_only_override_what_exists_and_keep_its_placeholders(lang: str) -> None:
    deck = tomllib.loads(files("wbs_app.text").joinpath(f"{lang}.toml").read_text("utf-8"))
    for agency, sections in deck.items():
        for section, entries in sections.items():
            if isinstance(entries, str):
                continue
            for name, said in entries.items():
                key = f"{section}.{name}"
                assert key in keys(lang), f"[{agency}.{section}] {name}"
                assert placeholders(said) == placeholders(text(key, lang)), key


@pytest.mark.parametrize(("agency", "labels"), [("bali", BALI), ("ntt", NTT)])
def test_seed_labels_to_the_letter(agency: str, labels: dict[str, str]) -> None:
    assert {key: text(key, "id", agency) for key in labels} == labels


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("agency", [None, "ntt"])
def test_controls_of_one_page_have_names_of_their_own(lang: str, agency: str | None) -> None:
    for section, names in TOGETHER.items():
        said = [text(f"{section}.{name}", lang, agency) for name in names.split()]
        assert len(set(said)) == len(said), section


def test_text_falls_back_to_the_base_and_refuses_unknown_keys() -> None:
    assert text("step1.name") == "Nama"
    assert text("step1.name", "en") == "Name"
    assert text("step1.name", "id", "ntt") == "Nama Pelapor"
    assert text("step1.name", "id", "bali") == "Nama"
    assert overrides("step1.name", "en") == {"ntt": "Reporter name"}
    assert overrides("common.next", "id") == {}
    assert has("step1.name")
    assert not has("step1.nothing")
    assert not has("ntt.step1")
    for key, lang in (("step1.nothing", "id"), ("step1.name", "fr")):
        with pytest.raises(KeyError):
            text(key, lang)
    with pytest.raises(KeyError):
        overrides("step1.nothing", "id")


def test_fill_replaces_names_and_nothing_else() -> None:
    assert fill("Langkah {n} dari {total}", n=1, total=4) == "Langkah 1 dari 4"
    assert fill("{a}", a="{b}", b="never") == "{b}"
    assert fill("{a.real} {a[0]} {0}", a=1) == "{a.real} {a[0]} {0}"
    with pytest.raises(KeyError):
        fill("{missing}", other=1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_months_and_answers_are_complete(lang: str) -> None:
    assert {f"{length}.{n}" for length in ("month", "month_short") for n in range(1, 13)} <= keys(lang)
    questions = {key.removeprefix("faq.q_") for key in keys(lang) if key.startswith("faq.q_")}
    assert questions == {key.removeprefix("faq.a_") for key in keys(lang) if key.startswith("faq.a_")}
