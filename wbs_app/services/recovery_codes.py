"""One-time codes in place of the authenticator app. Only their slow hashes are kept."""

from sqlalchemy import delete
from sqlmodel import col, func, select

from wbs_app.model.tables import RecoveryCode
from wbs_app.services.database import Db
from wbs_app.services.slow import slowly
from wbs_app.vault.codes import hash_recovery_code, new_recovery_codes


async def made() -> tuple[list[str], list[bytes]]:
    """New codes, and the hashes to keep of them. Slow: call it outside of transactions."""
    codes = new_recovery_codes()
    return codes, [await slowly(hash_recovery_code, code) for code in codes]


async def replace(db: Db, staff_id: int, digests: list[bytes]) -> None:
    """Puts these in place of all that the person had. The caller has locked or changed the person's row,
    so that two who do so take turns."""
    await db.exec(delete(RecoveryCode).where(col(RecoveryCode.staff_id) == staff_id))
    db.add_all(RecoveryCode(staff_id=staff_id, digest=digest) for digest in digests)
    await db.flush()


async def left(db: Db, staff_id: int) -> int:
    """How many the person has not used yet."""
    return (await db.exec(select(func.count()).where(col(RecoveryCode.staff_id) == staff_id))).one()
