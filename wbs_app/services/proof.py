"""Proof of work (ALTCHA): whoever sends something has let their device calculate for a moment, unwatched and unasked.

At rest that is a few hundredths of a second even on an old phone. It grows with how many ask all together, up to about
three seconds there, so that floods become dear and nobody is ever shut out.
"""

import base64
import json
import secrets
import time
from typing import Any

from altcha import create_challenge, verify_solution

from wbs_app.config import LOOPBACK, settings
from wbs_app.services import limits

ALGORITHM = "PBKDF2/SHA-256"
COST = 1000  # rounds a try
EASIEST, HARDEST = 8, 450  # tries; an old phone does about 150 a second
LASTS_SECONDS = 600
LONGEST = 4000  # characters of a solution


def asked() -> bool:
    """Browsers calculate for us only where they hold a page to be safe: under https, or on this machine."""
    return settings().secure_cookies or settings().public_host in LOOPBACK


def tries_at(rate: float) -> int:
    """How often a device must try while `rate` challenges a second are asked for."""
    return min(HARDEST, round(EASIEST * (1 + rate)))


async def challenge() -> dict[str, Any]:
    """A new one, as ALTCHA writes it. Counted when it is asked for, so that none can be put by for later cheaply."""
    most = tries_at(await limits.count("proof"))
    made = create_challenge(
        ALGORITHM,
        COST,
        counter=most // 2 + secrets.randbelow(most // 2 + 1),
        expires_at=int(time.time()) + LASTS_SECONDS,
        hmac_secret=_secret(),
    )
    return made.to_dict()


async def spend(solution: str, act: str) -> bool:
    """Whether this is a right solution that serves no other `act`; from now on it serves this one alone.

    The same act, sent again after a lost answer, is let through.
    """
    if not asked():
        return True
    if len(solution) > LONGEST or not verify_solution(solution, _secret()).verified:
        return False
    nonce = json.loads(base64.b64decode(solution))["challenge"]["parameters"]["nonce"]
    return await limits.first("proof", nonce, act, 2 * LASTS_SECONDS)


def _secret() -> bytes:
    return b"proof of work " + settings().secret_key()
