"""Encryption of what the account file holds, and where its key comes from.

The key is, in this order: the `secret_key` argument, the variable SEGMENT_TOOLKIT_SECRET_KEY, the key file beside the
database, made on first use. The key file protects a database that travels alone (a backup, a copy for debugging). It
does not protect against someone who can read both files, such as anyone running as the same user: for that, keep the
key in a secret manager and hand it over by argument or variable.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidParams
from .private_files import publish, refuse_if_shared

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

KEY_VARIABLE = "SEGMENT_TOOLKIT_SECRET_KEY"
_INSTALL = 'Storing accounts in a file needs a package: pip install "segment-agent-toolkit[accounts]"'
_MAKE_ONE = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


class Vault:
    """Seals JSON objects so that they are neither read nor altered without the key (Fernet: AES-128-CBC, HMAC)."""

    def __init__(self, fernet: Fernet) -> None:
        self._fernet = fernet

    def seal(self, content: Mapping[str, Any]) -> bytes:
        """The content, encrypted; two seals of one content differ."""
        return self._fernet.encrypt(json.dumps(content).encode())

    def unseal(self, sealed: bytes) -> dict[str, Any] | None:
        """The content, or None when another key sealed it or it was altered."""
        from cryptography.fernet import InvalidToken

        try:
            content: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            return None
        return content


def vault_for(path: Path, secret_key: str | None, *, is_new: bool) -> Vault:
    """The vault of the database at `path`. A key file is made for a new database only.

    Raises InvalidParams: package or key missing, not a key, a key file that others can read.
    """
    fernet = fernet_class()
    key = key_for(path, secret_key, is_new=is_new, make=fernet.generate_key)
    try:
        return Vault(fernet(key))
    except ValueError:
        raise InvalidParams("The secret key is not a Fernet key.", hint=f"Make one with: {_MAKE_ONE}") from None


def key_for(path: Path, secret_key: str | None, *, is_new: bool, make: Callable[[], bytes]) -> bytes:
    """The key of the database at `path`; `make` makes that of a new one. Raises InvalidParams as `vault_for` does."""
    given = secret_key or os.environ.get(KEY_VARIABLE)
    return given.encode() if given else _key_from(_key_file(path), make, is_new=is_new)


def fernet_class() -> type[Fernet]:
    """The cipher, loaded only now. Raises InvalidParams when its package is missing."""
    try:
        from cryptography.fernet import Fernet
    except ImportError:
        raise InvalidParams(_INSTALL) from None
    return Fernet


def _key_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.key")


def _key_from(file: Path, make: Callable[[], bytes], *, is_new: bool) -> bytes:
    if not file.exists():
        if not is_new:
            hint = f"Put it back, or give the key as {KEY_VARIABLE} or secret_key=."
            raise InvalidParams(f"The key file {file} is missing, and the database is of no use without it.", hint=hint)
        publish(file, make())
    refuse_if_shared(file)
    return file.read_bytes().strip()
