"""Every page of the site. The tuple is the registry: what is not in it does not exist."""

from wbs_app.components.page import Page
from wbs_app.pages import (
    chooser,
    contact,
    faq,
    guide,
    history,
    home,
    leave,
    no_script,
    not_found,
    privacy,
    report_biodata,
    report_incident,
    report_place,
    report_service,
    report_summary,
    track,
)

PAGES: tuple[Page, ...] = (
    home.PAGE,
    faq.PAGE,
    contact.PAGE,
    guide.PAGE,
    privacy.PAGE,
    leave.PAGE,
    no_script.PAGE,
    not_found.PAGE,
    chooser.PAGE,
    report_biodata.PAGE,
    report_incident.PAGE,
    report_place.PAGE,
    report_summary.PAGE,
    report_service.PAGE,
    track.PAGE,
    history.PAGE,
)
