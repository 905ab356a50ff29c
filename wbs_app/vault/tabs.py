"""What a browser tab keeps for the server, sealed so that the tab can neither read nor change it.

It opens only for the same device cookie and the same purpose, and only for a while.
"""

import base64
import hashlib

from wbs_app.vault.sealing import KEY_BYTES, Place, Tampered, seal_json, unseal_json


def seal_for_tab(secret: bytes, device: str, purpose: str, value: object, ttl: int, now: float) -> str:
    """`value` (JSON) as URL-safe text that opens until `ttl` seconds after `now` (seconds since 1970).

    `secret`: the server's, 1 to 64 bytes. `device`: the device cookie, not empty, since anything bound to
    no device would open on all that have none. `purpose`: a constant of the code, 1 to 16 bytes. ValueError
    otherwise.
    """
    if not device:
        raise ValueError("a tab's bytes must be bound to a device")
    content = {"value": value, "expires": now + ttl}
    sealed = seal_json(_key(secret, device, purpose), content, _place(purpose))
    return base64.urlsafe_b64encode(sealed).decode("ascii")


def open_from_tab(secret: bytes, device: str, purpose: str, text: str, now: float) -> object | None:
    """The value, or None for anything wrong: other device or purpose, expired, changed, garbage."""
    key = _key(secret, device, purpose)
    try:
        sealed = base64.b64decode(text, altchars=b"-_", validate=True)
        content = unseal_json(key, sealed, _place(purpose))
    except (ValueError, Tampered):
        return None
    return content["value"] if now < content["expires"] else None


def _key(secret: bytes, device: str, purpose: str) -> bytes:
    if not secret or not purpose:
        raise ValueError("a secret and a purpose are needed")
    cookie = device.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(cookie, digest_size=KEY_BYTES, key=secret, person=purpose.encode()).digest()


def _place(purpose: str) -> Place:
    return Place("tab", "", purpose)
