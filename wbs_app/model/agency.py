"""An agency as the site shows it: words, contact, limits. Kept as one JSON profile, edited as data."""

from pydantic import BaseModel, ConfigDict, Field


class Contact(BaseModel):
    """Lines of the contact page; empty ones are not shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address_id: str = ""
    address_en: str = ""
    phone: str = ""
    email: str = ""
    hours_id: str = ""
    hours_en: str = ""
    website: str = ""


class Profile(BaseModel):
    """What the shipped `agency.toml` holds, and what an administrator may edit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z]{2,12}$")
    ticket_prefix: str = Field(pattern=r"^[A-Z0-9]{1,12}$")
    name_id: str
    name_en: str
    short_id: str
    short_en: str
    system_name: str
    official_id: str
    official_en: str
    province_code: str
    timezone: str = "Asia/Makassar"
    timezone_label: str = "WITA"
    contact: Contact = Contact()
    max_file_mb: int = Field(default=2, ge=1, le=50)
    max_files: int = Field(default=5, ge=0, le=20)
    link_hosts: tuple[str, ...] = ()


class Option(BaseModel):
    """One entry of a list to choose from."""

    model_config = ConfigDict(frozen=True)

    code: str
    name_id: str
    name_en: str
    description_id: str = ""
    description_en: str = ""
    other: bool = False
    form: str = "wbs"
    kind: str = ""


class Card(BaseModel):
    """A card of the chooser."""

    model_config = ConfigDict(frozen=True)

    code: str
    kind: str
    title_id: str
    title_en: str
    text_id: str
    text_en: str
    url: str = ""


class Catalogue(BaseModel):
    """All that an agency's forms offer, in order, active entries only."""

    model_config = ConfigDict(frozen=True)

    profile: Profile
    violations: tuple[Option, ...] = ()
    units: tuple[Option, ...] = ()
    services: tuple[Option, ...] = ()
    cards: tuple[Card, ...] = ()
