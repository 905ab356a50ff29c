"""The two sealed documents of a report, and how each is laid out for reading.

The account says what happened; the identity says who reports. Names of types, units and regions are copied in as they
were on the day, so that a later edit of the lists changes no report.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wbs_app.model.answers import Offer
from wbs_app.model.steps import Biodata, Incident, PlaceTime, ServiceComplaint, Step
from wbs_app.text import text

Document = dict[str, Any]
Steps = Mapping[str, Step]


def _names(options: Any, code: str | None) -> dict[str, str] | None:
    for option in options:
        if option.code == code:
            return {"id": option.name_id, "en": option.name_en}
    return None


def account_document(steps: Steps, offer: Offer, received_at: datetime) -> Document:
    """What happened, JSON-ready. `received_at` is kept here because only the day may stand in the open."""
    document: Document = {"received_at": received_at.isoformat(timespec="minutes")}
    catalogue = offer.catalogue
    for step in steps.values():
        if isinstance(step, Incident):
            document["incident"] = step.model_dump(mode="json", exclude={"reported"}) | {
                "reported": [person.model_dump() for person in step.reported.values()],
                "violation_name": _names(catalogue.violations, step.violation),
                "unit_name": _names(catalogue.units, step.unit),
            }
        elif isinstance(step, PlaceTime):
            document["place"] = step.model_dump(mode="json") | {
                "province_name": offer.provinces.get(step.province or ""),
                "regency_name": offer.regencies.get(step.regency or "", ("", None))[1],
            }
        elif isinstance(step, ServiceComplaint):
            document["complaint"] = step.model_dump(mode="json") | {
                "service_name": _names(catalogue.services, step.kind)
            }
    return document


def identity_document(steps: Steps) -> Document:
    """Who reports, JSON-ready; all values None for an anonymous report."""
    biodata = steps[Biodata.slug]
    return biodata.model_dump(mode="json")


# --- how they read --------------------------------------------------------------------------------------------------


def rupiah(amount: int) -> str:
    """ "Rp1.000.000": a point between thousands, as written in Indonesia."""
    return f"Rp{amount:,}".replace(",", ".")


def day_in_words(iso: str, lang: str) -> str:
    """ "11 Nov 2024"."""
    year, month, day = (int(part) for part in iso[:10].split("-"))
    return f"{day} {text(f'month_short.{month}', lang)} {year}"


def moment_in_words(iso: str, lang: str) -> str:
    """ "11 Nov 2024, 12.00" (Indonesian) or "11 Nov 2024, 12:00"; the moment is already in the agency's zone."""
    clock = iso[11:16]
    return f"{day_in_words(iso, lang)}, {clock.replace(':', '.') if lang == 'id' else clock}"


def time_in_words(place: Mapping[str, Any], lang: str) -> str:
    """When it happened, as exactly as it was told: "11 Nov 2024 (12:00)" as in the Bali manual."""
    match place["precision"]:
        case "exact":
            return f"{day_in_words(place['date'], lang)} ({place['clock']})"
        case "date":
            return day_in_words(place["date"], lang)
        case "month":
            return f"{text('month.' + str(place['month']), lang)} {place['year']}"
        case _:
            end = text("step3.ongoing", lang).lower() if place["ongoing"] else day_in_words(place["date_to"], lang)
            return f"{day_in_words(place['date_from'], lang)} – {end}"


Row = dict[str, str]
Section = dict[str, Any]


def _row(key: str, value: object, lang: str, agency: str) -> Row:
    shown = text("common.not_filled", lang) if value in (None, "") else str(value)
    return {"label": text(key, lang, agency), "value": shown}


def sections(account: Document, identity: Document | None, lang: str, agency: str) -> list[Section]:
    """The report as the manual's summary lays it out, for the summary, the tracking page and the case page.

    Each section: `slug` of the step that asked, `title`, `lead` (rows before the table of persons), `people` (no, name,
    position) and `rows`; a row has a label and a value.
    The identity's section is left out when `identity` is None.
    """
    found: list[Section] = []
    if identity is not None:
        found.append(_identity_section(identity, lang, agency))
    if complaint := account.get("complaint"):
        found.append(_complaint_section(complaint, lang, agency))
    if incident := account.get("incident"):
        found.append(_incident_section(incident, lang, agency))
    if place := account.get("place"):
        found.append(_place_section(place, lang, agency))
    return found


def _identity_section(identity: Document, lang: str, agency: str) -> Section:
    consent = text("common.yes" if identity["contact_consent"] else "common.no", lang)
    rows = [
        _row("summary.name", identity["name"] or text("common.anonymous", lang), lang, agency),
        _row("summary.email", identity["email"], lang, agency),
        _row("summary.phone", identity["phone"], lang, agency),
        _row("summary.contact_consent", consent, lang, agency),
    ]
    return {
        "slug": Biodata.slug,
        "title": text("summary.reporter", lang, agency),
        "lead": [],
        "people": [],
        "rows": rows,
    }


def _complaint_section(complaint: Document, lang: str, agency: str) -> Section:
    rows = [
        _row("service.kind", complaint["service_name"][lang], lang, agency),
        _row("service.complaint", complaint["complaint"], lang, agency),
        _row("service.link", complaint["link"], lang, agency),
    ]
    return {
        "slug": ServiceComplaint.slug,
        "title": text("service.title", lang, agency),
        "lead": [],
        "people": [],
        "rows": rows,
    }


def _incident_section(incident: Document, lang: str, agency: str) -> Section:
    violation = incident["violation_name"][lang]
    if incident["violation_other"]:
        violation += f": {incident['violation_other']}"
    unit = (incident["unit_name"] or {}).get(lang) or incident["unit_other"]
    amount = None if incident["amount"] is None else rupiah(incident["amount"])
    lead = [_row("summary.violation", violation, lang, agency)]
    rows = [
        _row("summary.unit", unit, lang, agency),
        _row("summary.description", incident["description"], lang, agency),
        _row("summary.amount", amount, lang, agency),
    ]
    if unwanted := incident.get("exclude"):
        rows.append(_row("summary.exclude", unwanted, lang, agency))
    unknown = text("common.unknown", lang)
    if not incident["reported"]:
        lead.append(_row("summary.reported_name", unknown, lang, agency))
    people = [
        {"no": str(no), "name": person["name"] or unknown, "position": person["position"] or unknown}
        for no, person in enumerate(incident["reported"], start=1)
    ]
    title = text("summary.detail", lang, agency)
    return {"slug": Incident.slug, "title": title, "lead": lead, "people": people, "rows": rows}


def _place_section(place: Document, lang: str, agency: str) -> Section:
    region = ", ".join(part for part in (place["regency_name"], place["province_name"]) if part)
    rows = [
        _row("summary.address", place["address"], lang, agency),
        _row("summary.region", region, lang, agency),
        _row("summary.time", time_in_words(place, lang), lang, agency),
        _row("summary.link", place["link"], lang, agency),
    ]
    return {
        "slug": PlaceTime.slug,
        "title": text("summary.place_time", lang, agency),
        "lead": [],
        "people": [],
        "rows": rows,
    }
