"""Who may do what: the one place. Applied at two doors, `Gate` before every event and `require` in every service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A staff member has exactly one role, in one or more agencies."""

    INTAKE = "intake"
    ASSESSOR = "assessor"
    INVESTIGATOR = "investigator"
    SUPERVISOR = "supervisor"
    IDENTITY = "identity"
    SERVICE = "service"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a door asks for. Reading a report also needs its key, which no permission replaces."""

    SIGNED_IN = "signed_in"  # own account, own password
    ENROL = "enrol"  # half signed in: may set up or give the second factor, nothing else
    LIST_CASES = "list_cases"  # the plain columns of reports in reach
    READ_CASE = "read_case"  # open an account whose key one holds
    WORK_CASE = "work_case"  # move, write, note, tag, link, recuse: where one holds the key
    ASSIGN_CASE = "assign_case"  # give it to officers, and name who leads
    RECORD_FINDING = "record_finding"
    ASK_IDENTITY = "ask_identity"
    DECIDE_IDENTITY = "decide_identity"
    VOUCH = "vouch"  # say that one knows a new colleague, who may then be given keys
    MANAGE_STAFF = "manage_staff"
    MANAGE_SETTINGS = "manage_settings"  # calendar, lists, profile; what became of notices
    READ_AUDIT = "read_audit"
    APPROVE_DESTRUCTION = "approve_destruction"  # of cases whose time of keeping has passed; two must
    HOLD_CASE = "hold_case"  # keep a case from being destroyed


_CASEWORK = frozenset(
    {
        Permission.SIGNED_IN,
        Permission.LIST_CASES,
        Permission.READ_CASE,
        Permission.WORK_CASE,
        Permission.ASK_IDENTITY,
    }
)

POLICY: dict[Role, frozenset[Permission]] = {
    Role.INTAKE: _CASEWORK | {Permission.ASSIGN_CASE},
    Role.ASSESSOR: _CASEWORK,
    Role.INVESTIGATOR: _CASEWORK | {Permission.RECORD_FINDING},
    Role.SUPERVISOR: _CASEWORK
    | {
        Permission.ASSIGN_CASE,
        Permission.RECORD_FINDING,
        Permission.APPROVE_DESTRUCTION,
        Permission.HOLD_CASE,
        Permission.VOUCH,
    },
    Role.SERVICE: _CASEWORK | {Permission.ASSIGN_CASE, Permission.RECORD_FINDING},
    Role.IDENTITY: frozenset({Permission.SIGNED_IN, Permission.DECIDE_IDENTITY}),
    Role.AUDITOR: frozenset({Permission.SIGNED_IN, Permission.READ_AUDIT}),
    Role.ADMIN: frozenset(
        {
            Permission.SIGNED_IN,
            Permission.MANAGE_STAFF,
            Permission.MANAGE_SETTINGS,
            Permission.APPROVE_DESTRUCTION,
        }
    ),
}

KINDS = ("wbs", "service")

ARRIVAL_READERS: dict[str, frozenset[Role]] = {
    "wbs": frozenset({Role.INTAKE, Role.SUPERVISOR}),
    "service": frozenset({Role.SERVICE, Role.SUPERVISOR}),
}
"""Whose holders get the account key of a new report of this kind; others get it by assignment."""

IDENTITY_READERS = frozenset({Role.IDENTITY})
"""Whose holders get the identity key of a new report."""

KINDS_IN_REACH: dict[Role, tuple[str, ...]] = {
    Role.SERVICE: ("service",),
    Role.SUPERVISOR: KINDS,
    Role.INTAKE: ("wbs",),
    Role.ASSESSOR: ("wbs",),
    Role.INVESTIGATOR: ("wbs",),
}
"""Service tickets go to service officers, not to investigators (NTT guide)."""


class Forbidden(Exception):
    """The actor may not do this. Carries no content."""


@dataclass(frozen=True)
class Actor:
    """A signed-in staff member, with the unlocked private key of this one request.

    `half` means: password given, second factor not yet.
    """

    staff_id: int
    username: str
    name: str
    role: Role
    agencies: tuple[str, ...]
    unit: str | None = None
    private_key: bytes = b""
    half: bool = False

    def can(self, permission: Permission) -> bool:
        if self.half:
            return permission is Permission.ENROL
        return permission is not Permission.ENROL and permission in POLICY[self.role]

    def require(self, permission: Permission) -> None:
        """Raises Forbidden unless this actor has `permission`."""
        if not self.can(permission):
            raise Forbidden(permission.value)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of report in this actor's reach."""
        return KINDS_IN_REACH.get(self.role, ())

    def __repr__(self) -> str:  # a key must never reach a log
        return f"Actor({self.staff_id}, {self.role}, {self.agencies})"
