"""Key-encryption keys in a hardware module (HSM), by PKCS#11: they wrap inside and never leave it (T16).

A key is an AES-256 secret key of the token, sensitive and not extractable, whose label is its id. Data keys
are wrapped by AES-GCM bound to their place, as the keyring's file does it. Without the module nothing is
sealed or opened.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

import pkcs11
from cryptography.exceptions import InvalidTag
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass, SecretKey, Session
from pkcs11 import exceptions as refused

from models.crypto.cipher import NONCE_BYTES
from models.crypto.keyring import KEY_BYTES
from models.key_refusals import KeyProviderUnavailable

TAG_BITS = 128
STAYS_INSIDE = {
    Attribute.TOKEN: True,
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.ENCRYPT: True,
    Attribute.DECRYPT: True,
    Attribute.WRAP: False,
    Attribute.UNWRAP: False,
    Attribute.MODIFIABLE: False,
}
NOT_OPENED = (refused.EncryptedDataInvalid, refused.EncryptedDataLenRange, refused.GeneralError)
T = TypeVar("T")


@dataclass(frozen=True)
class Token:
    """Where the keys are: the maker's module, the label of the token, its PIN, the prefix of the keys."""

    module: str
    label: str
    read_pin: Callable[[], str] = field(repr=False)
    prefix: str = "kokuho-kek"


class HsmProvider:
    """Keys of a token; the token is asked again for a key that this process does not know."""

    def __init__(self, token: Token) -> None:
        """Sign in to the token.

        Raises:
            KeyProviderUnavailable: the module, the token or its PIN is not right; names the setting.
        """
        self._token = token
        self._lock = Lock()
        self._session: Session | None = None
        self._keys: dict[str, Any] = {}  # the library's classes say what they can at run time only
        self._process = os.getpid()
        self._ask(lambda _session: None)

    @property
    def current_id(self) -> str:
        """The newest key of the token.

        Raises:
            KeyProviderUnavailable: the token has none, or does not answer.
        """
        if not self._keys:
            self._ask(self._read_keys)
        if not self._keys:
            raise KeyProviderUnavailable(
                f"the token {self._token.label} holds no key {self._token.prefix}-…: "
                "make one by `flask keys rotate` (PORTAL_HSM_KEY_PREFIX)"
            )
        return max(self._keys, key=_age)

    def knows(self, kek_id: str) -> bool:
        """Whether the token has the key of an id."""
        if kek_id not in self._keys and kek_id.startswith(f"{self._token.prefix}-"):
            self._ask(self._read_keys)
        return kek_id in self._keys

    def wrap(self, data_key: bytes, context: str) -> tuple[str, bytes]:
        """Wrap inside the token with its newest key."""
        kek_id, nonce = self.current_id, os.urandom(NONCE_BYTES)
        bound = GCMParams(nonce, f"{kek_id}:{context}".encode(), TAG_BITS)
        wrapped = self._ask(
            lambda _session: self._keys[kek_id].encrypt(
                data_key, mechanism=Mechanism.AES_GCM, mechanism_param=bound
            )
        )
        return kek_id, nonce + wrapped

    def unwrap(self, kek_id: str, wrapped: bytes, context: str) -> bytes:
        """Open inside the token what a key of it wrapped for the same context.

        Raises:
            KeyError: the token has no such key.
            cryptography.exceptions.InvalidTag: the key is another one, or the bytes were changed or moved.
            KeyProviderUnavailable: the token does not answer.
        """
        if not self.knows(kek_id):
            raise KeyError(kek_id)
        nonce, body = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        bound = GCMParams(nonce, f"{kek_id}:{context}".encode(), TAG_BITS)

        def opened(_session: Session) -> bytes:
            try:
                plain = self._keys[kek_id].decrypt(body, mechanism=Mechanism.AES_GCM, mechanism_param=bound)
            except NOT_OPENED:
                raise InvalidTag from None
            return bytes(plain)

        return self._ask(opened)

    def add_key(self) -> str:
        """Make a new key inside the token, which wraps from now on, and return its id."""
        self._ask(self._read_keys)
        number = 1 + max((_age(kek_id)[0] for kek_id in self._keys), default=0)
        kek_id = f"{self._token.prefix}-{number}-{secrets.token_hex(2)}"  # two makers at once make two keys
        self._ask(
            lambda session: session.generate_key(
                KeyType.AES, KEY_BYTES * 8, label=kek_id, store=True, template=STAYS_INSIDE
            )
        )
        self._ask(self._read_keys)
        return kek_id

    def close(self) -> None:
        """Sign out of the token."""
        with self._lock:
            self._forget()

    def _ask(self, deed: Callable[[Session], T]) -> T:
        """Do something in the session, once again in a new one where the old one has ended."""
        with self._lock:
            was_open = self._session is not None and self._process == os.getpid()
            try:
                return deed(self._opened())
            except refused.PKCS11Error as error:
                self._forget()
                if not (was_open and isinstance(error, _SESSION_ENDED)):
                    raise self._away(error) from None
            try:
                return deed(self._opened())
            except refused.PKCS11Error as error:
                self._forget()
                raise self._away(error) from None

    def _opened(self) -> Session:
        if self._process != os.getpid():  # a session does not outlive a fork
            self._session, self._keys, self._process = None, {}, os.getpid()
            self._library().reinitialize()
        if self._session is None:
            self._session = self._sign_in()
            self._read_keys(self._session)
        return self._session

    def _sign_in(self) -> Session:
        token: pkcs11.Token = self._found_token()
        pin = self._token.read_pin()
        try:
            return token.open(user_pin=pin, rw=True)
        except refused.UserAlreadyLoggedIn:
            return token.open(rw=True)
        except (refused.PinIncorrect, refused.PinInvalid, refused.PinLenRange):
            raise KeyProviderUnavailable(
                "PORTAL_HSM_PIN_FILE: the token refuses this PIN; a few wrong ones lock the token"
            ) from None
        except refused.PinLocked:
            raise KeyProviderUnavailable(
                "PORTAL_HSM_PIN_FILE: the token is locked after wrong PINs; its security officer unlocks it"
            ) from None
        except refused.PKCS11Error as error:
            raise self._away(error) from None

    def _found_token(self) -> Any:
        try:
            return self._library().get_token(token_label=self._token.label)
        except (refused.NoSuchToken, refused.MultipleTokensReturned):
            raise KeyProviderUnavailable(
                f"PORTAL_HSM_TOKEN: the module has no token {self._token.label}, or several of this name"
            ) from None
        except refused.PKCS11Error as error:
            raise self._away(error) from None

    def _library(self) -> Any:
        try:
            return pkcs11.lib(self._token.module)
        except refused.PKCS11Error:
            raise KeyProviderUnavailable(
                f"PORTAL_HSM_MODULE: {self._token.module} is no PKCS#11 module that can be loaded"
            ) from None

    def _read_keys(self, session: Session) -> None:
        """Look at the token's keys; others of it, of other uses, are left alone."""
        found = session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY})
        ours = re.compile(rf"{re.escape(self._token.prefix)}-\d+-[0-9a-f]+")
        self._keys = {
            key.label: key
            for key in found
            if isinstance(key, SecretKey) and ours.fullmatch(key.label) and not key[Attribute.EXTRACTABLE]
        }

    def _forget(self) -> None:
        session, self._session, self._keys = self._session, None, {}
        if session is not None:
            try:
                session.close()
            except refused.PKCS11Error:
                return  # it had ended already

    def _away(self, error: Exception) -> KeyProviderUnavailable:
        return KeyProviderUnavailable(
            f"PORTAL_KEY_PROVIDER: the token {self._token.label} does not answer ({type(error).__name__})"
        )


def _age(kek_id: str) -> tuple[int, str]:
    _, number, made = kek_id.rsplit("-", 2)
    return int(number), made


_SESSION_ENDED = (
    refused.SessionClosed,
    refused.SessionHandleInvalid,
    refused.ObjectHandleInvalid,
    refused.KeyHandleInvalid,
    refused.UserNotLoggedIn,
    refused.DeviceError,
    refused.DeviceRemoved,
    refused.TokenNotPresent,
    refused.GeneralError,
    refused.FunctionFailed,
)
