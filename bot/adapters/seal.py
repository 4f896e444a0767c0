"""The secret key: it names persons without naming them, and seals what must be read back.

Knows a file that only its owner may read, and Fernet of ``cryptography``.
Knows nothing of what is sealed.
"""

import base64
import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bot.core.errors import SettingsError

KEY_BYTES = 32


class Seal:
    """Seals texts, so that who reads the database alone cannot read them."""

    def __init__(self, key: bytes) -> None:
        """Take the secret key; the one for sealing follows from it."""
        self._fernet = Fernet(base64.urlsafe_b64encode(hmac.digest(key, b"seal", sha256)))

    def close(self, text: str) -> str:
        """Seal a text."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Give a sealed text; ``None`` where another key sealed it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


def key_from(setting: str | None, path: Path) -> bytes:
    """Give the key that is set, else that of the file, which is made where there is none.

    Raises:
        SettingsError: the key is too short, or the file cannot be read or made.
    """
    if setting is not None:
        if len(setting.encode()) < KEY_BYTES:
            raise SettingsError(f"ISVBOT_KEY is shorter than {KEY_BYTES} bytes: run 'openssl rand -hex 32' for one")
        return setting.encode()
    try:
        return _key_in(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read or made ({error.strerror}): set ISVBOT_KEY") from error


def _key_in(path: Path) -> bytes:
    """Read the key of a file.

    Raises:
        SettingsError: it holds no key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
    key = path.read_bytes().strip()
    if len(key) < KEY_BYTES:
        raise SettingsError(f"{path} holds no key: put back the file that was there, or set ISVBOT_KEY")
    return key


def _make(path: Path) -> None:
    """Write a new key beside the file and put it in place whole, unless another process was first."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(KEY_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            try:
                os.link(fresh, path)
            except FileExistsError:
                return
    finally:
        fresh.unlink()
