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


class Targets(BaseModel):
    """Within how many working days. Defaults follow the survey of portals; agencies set their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    acknowledge: int = Field(default=3, ge=1, le=365)  # from arrival to the first step (SP4N-LAPOR!: three days)
    feedback: int = Field(default=30, ge=1, le=365)  # the reporter hears something at least this often
    verifying: int = Field(default=3, ge=1, le=365)
    clarification: int = Field(default=14, ge=1, le=365)  # the reporter's time to answer
    assessing: int = Field(default=10, ge=1, le=365)
    investigating: int = Field(default=60, ge=1, le=365)
    followup: int = Field(default=30, ge=1, le=365)
    reopened: int = Field(default=3, ge=1, le=365)


class Retention(BaseModel):
    """After how many years a closed case may be destroyed, by outcome. None: it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    closed_proven: int | None = Field(default=None, ge=1, le=100)
    closed_unproven: int | None = Field(default=None, ge=1, le=100)
    not_actionable: int | None = Field(default=None, ge=1, le=100)
    referred: int | None = Field(default=None, ge=1, le=100)
    closed_no_reply: int | None = Field(default=None, ge=1, le=100)
    withdrawn: int | None = Field(default=None, ge=1, le=100)


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
    announcement_id: str = ""  # what every public page says first, such as of a breach of data; "": nothing
    announcement_en: str = ""
    contact: Contact = Contact()
    max_file_mb: int = Field(default=2, ge=1, le=50)
    max_files: int = Field(default=5, ge=0, le=20)
    max_files_total: int = Field(default=20, ge=0, le=100)  # of the reporter, those added later included
    link_hosts: tuple[str, ...] = ()
    targets: Targets = Targets()
    retention: Retention = Retention()
    oversight: str = ""  # code of the agency whose supervisors take over where a conflict of interest leaves nobody


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
