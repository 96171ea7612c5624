"""Key-encryption keys in a hardware module: they wrap inside it, and without it nothing opens (T16)."""

import os
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pkcs11
import pytest
from cryptography.exceptions import InvalidTag
from pkcs11 import Attribute, ObjectClass
from sqlalchemy.orm import Session

from models import vault
from models.crypto import envelope
from models.crypto.envelope import KeyringProvider
from models.crypto.hsm import HsmProvider, Token
from models.crypto.key_store import KeyStore
from models.key_refusals import KeyProviderUnavailable
from tests.fixtures.databases import KEYS
from tests.fixtures.soft_token import LABEL, MODULE, PIN, SoftToken

NUMBER = "000920000010"
DATA_KEY = bytes(range(32))

Opened = Callable[..., HsmProvider]


@pytest.fixture
def token(soft_token: SoftToken) -> Token:
    """The token as a fresh installation names it: without a key."""
    return Token(str(MODULE), LABEL, soft_token.pin_file.read_text, f"t{uuid.uuid4().hex[:12]}")


@pytest.fixture
def opened(token: Token) -> Iterator[Opened]:
    """Providers of one token, as several processes have them; all sign out at the end."""
    made: list[HsmProvider] = []
    pkcs11.lib(str(MODULE)).reinitialize()  # nobody of this process is signed in from before

    def build(**more: object) -> HsmProvider:
        made.append(HsmProvider(replace(token, **more)))
        return made[-1]

    yield build
    for one in made:
        one.close()


@pytest.fixture
def provider(opened: Opened) -> HsmProvider:
    """A provider with one key."""
    made = opened()
    made.add_key()
    return made


def objects(provider: HsmProvider) -> list[pkcs11.SecretKey]:
    """What somebody with the PIN finds in the token of the provider's keys."""
    label = provider.current_id
    session = provider._opened()
    return list(session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: label}))


def test_what_was_wrapped_opens_at_its_place_only(provider: HsmProvider) -> None:
    kek_id, wrapped = provider.wrap(DATA_KEY, "data_key:one")
    assert provider.unwrap(kek_id, wrapped, "data_key:one") == DATA_KEY
    assert DATA_KEY not in wrapped
    for context, changed in (
        ("data_key:other", wrapped),
        ("data_key:one", wrapped[:-1] + bytes([wrapped[-1] ^ 1])),
        ("data_key:one", wrapped[:20]),
    ):
        with pytest.raises(InvalidTag):
            provider.unwrap(kek_id, changed, context)


def test_the_key_never_leaves_the_token(provider: HsmProvider) -> None:
    [key] = objects(provider)
    assert key[Attribute.SENSITIVE]
    assert key[Attribute.NEVER_EXTRACTABLE]
    assert not key[Attribute.WRAP]
    with pytest.raises(pkcs11.exceptions.AttributeSensitive):
        key[Attribute.VALUE]
    with pytest.raises(pkcs11.exceptions.PKCS11Error):
        key[Attribute.EXTRACTABLE] = True


def test_a_new_key_wraps_from_now_on_and_the_old_one_still_opens(provider: HsmProvider) -> None:
    old, wrapped = provider.wrap(DATA_KEY, "here")
    new = provider.add_key()
    assert provider.wrap(DATA_KEY, "here")[0] == new == provider.current_id != old
    assert provider.unwrap(old, wrapped, "here") == DATA_KEY


def test_a_process_that_does_not_know_the_new_key_asks_the_token(
    provider: HsmProvider, opened: Opened
) -> None:
    other = opened()
    provider.add_key()
    kek_id, wrapped = provider.wrap(DATA_KEY, "here")
    assert other.current_id != kek_id
    assert other.unwrap(kek_id, wrapped, "here") == DATA_KEY
    assert other.current_id == kek_id


def test_a_token_without_a_key_says_how_to_make_one_and_wraps_nothing(opened: Opened) -> None:
    empty = opened()
    with pytest.raises(KeyProviderUnavailable, match=r"flask keys rotate.*PORTAL_HSM_KEY_PREFIX"):
        empty.wrap(DATA_KEY, "here")
    with pytest.raises(KeyError):
        empty.unwrap("another-1-abcd", b"x" * 60, "here")


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"module": "/nowhere/module.so"}, "PORTAL_HSM_MODULE"),
        ({"module": __file__}, "PORTAL_HSM_MODULE"),
        ({"label": "no such token"}, "PORTAL_HSM_TOKEN"),
        ({"read_pin": lambda: "000000"}, "PORTAL_HSM_PIN_FILE"),
        ({"read_pin": lambda: ""}, "PORTAL_HSM_PIN_FILE"),
    ],
)
def test_what_is_wrong_is_named_by_its_setting_and_without_the_pin(
    opened: Opened, wrong: dict[str, object], setting: str
) -> None:
    with pytest.raises(KeyProviderUnavailable, match=setting) as told:
        opened(**wrong)
    assert PIN not in str(told.value) + repr(told.value)


def test_the_pin_is_in_no_repr(token: Token, provider: HsmProvider) -> None:
    assert PIN not in repr(token) + repr(provider) + repr(vars(provider))


def test_a_session_that_the_token_has_ended_is_opened_again(provider: HsmProvider) -> None:
    kek_id, wrapped = provider.wrap(DATA_KEY, "here")
    provider._opened().close()
    assert provider.unwrap(kek_id, wrapped, "here") == DATA_KEY


def test_a_token_that_is_gone_is_told_and_nothing_is_opened(
    provider: HsmProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    kek_id, wrapped = provider.wrap(DATA_KEY, "here")
    provider._opened().close()
    monkeypatch.setattr(provider, "_token", replace(provider._token, label="carried away"))
    with pytest.raises(KeyProviderUnavailable, match="carried away"):
        provider.unwrap(kek_id, wrapped, "here")


def test_a_process_made_by_a_fork_signs_in_anew(provider: HsmProvider) -> None:
    kek_id, wrapped = provider.wrap(DATA_KEY, "here")
    child = os.fork()
    if not child:
        os._exit(0 if provider.unwrap(kek_id, wrapped, "here") == DATA_KEY else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert provider.unwrap(kek_id, wrapped, "here") == DATA_KEY


def test_many_hands_at_once_get_their_own_answers(provider: HsmProvider) -> None:
    def work(place: int) -> bool:
        key = place.to_bytes(32, "big")
        kek_id, wrapped = provider.wrap(key, f"place {place}")
        return provider.unwrap(kek_id, wrapped, f"place {place}") == key

    with ThreadPoolExecutor(4) as hands:
        assert all(hands.map(work, range(100)))


def test_numbers_move_from_the_file_to_the_module_and_the_file_opens_none_any_more(
    session: Session, clock: datetime, keys: object, provider: HsmProvider, tmp_path: Path
) -> None:
    del keys
    store, file = KeyStore(f"sqlite:///{tmp_path / 'keys.sqlite3'}"), KeyringProvider(lambda: KEYS)
    envelope.load(file, store)
    before = vault.put(session, NUMBER, clock, None)
    envelope.load(provider, store, file)
    during = vault.put(session, NUMBER, clock, None)
    assert {vault.open_number(session, one) for one in (before, during)} == {NUMBER}
    assert envelope.rewrap() == 1
    assert envelope.counts() == {provider.current_id: 2}
    envelope.load(provider, store)
    assert {vault.open_number(session, one) for one in (before, during)} == {NUMBER}
    envelope.load(file, store)
    assert {vault.open_number(session, one) for one in (before, during)} == {None}
