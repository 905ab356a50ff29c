"""Who may send something now: there is room for it, the device has done its work, and has not sent too much already.

Each function raises Refused with the text that says why, and what to do.
"""

from wbs_app.services import health, limits, metrics, proof
from wbs_app.services.health import Room
from wbs_app.services.refusal import Refused


async def send(solution: str, act: str, device: str) -> None:
    """A report or message. `solution`: of the proof of work; `act`: the same for each press of one form.

    Raises:
        Refused: `error.intake_closed`, `error.captcha` or `error.rate_limit`.
    """
    if health.room() is Room.NONE:
        raise _refused("send", "error.intake_closed")
    if not await proof.spend(solution, act):
        raise _refused("send", "error.captcha")
    if not await limits.admits(limits.SUBMISSIONS, device):
        raise _refused("send", "error.rate_limit")


async def message(device: str) -> None:
    """More about a report that is there, from somebody who has shown its PIN.

    Raises:
        Refused: `error.intake_closed` or `error.rate_limit`.
    """
    if health.room() is Room.NONE:
        raise _refused("message", "error.intake_closed")
    if not await limits.admits(limits.SUBMISSIONS, device):
        raise _refused("message", "error.rate_limit")


async def upload(size: int, device: str) -> None:
    """A file of `size` bytes.

    Raises:
        Refused: `error.storage_full` or `error.upload_quota`.
    """
    if health.room() in (Room.REPORTS, Room.NONE):
        raise _refused("upload", "error.storage_full")
    if not await limits.admits(limits.UPLOADED, device, size):
        raise _refused("upload", "error.upload_quota")


async def guess(solution: str, act: str) -> None:
    """A ticket and PIN.

    Raises:
        Refused: `error.captcha`.
    """
    if not await proof.spend(solution, act):
        raise _refused("guess", "error.captcha")


def _refused(what: str, key: str) -> Refused:
    metrics.refused(what, key)
    return Refused(key)
