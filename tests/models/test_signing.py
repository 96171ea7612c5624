"""Signatures of manifests: a new key signs, the old ones still check, and each is known by its id (M34)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from interchange.transfers import manifest
from interchange.transfers.manifest import ManifestWrong
from models import manifests
from models.crypto import cipher
from models.crypto.keyring import Keyring

FILE = b"addressee_number\r\n1\r\n"


@pytest.fixture
def keyring(keys: Keyring) -> Iterator[Keyring]:
    yield keys
    cipher.load(keys)


def change_key(keyring: Keyring) -> Keyring:
    changed = replace(keyring, signing_keys=(*keyring.signing_keys, bytes([len(keyring.signing_keys)] * 32)))
    cipher.load(changed)
    return changed


def signed(*, names_key: bool = True) -> bytes:
    """A manifest as it is signed now; those of before the first change named no key."""
    digest = "33ef4e1e0a4ba6b1f8bd8bd67bf7ba28d6aec5e8b1cc7b0fd3e1b7f2c4e5c0aa"
    told = {"format": manifest.FORMAT, "file": {"size": len(FILE), "sha256": digest}}
    told |= {"key": manifests.key_id()} if names_key else {}
    return manifest.document(told, manifests.sign(manifest.signed_text(told)))


def is_right(document: bytes, keys: bytes | None = None) -> bool:
    """Whether the signature is right; the file, which is another one, is looked at after it."""
    with pytest.raises(ManifestWrong) as wrong:
        manifest.check(document, FILE, lambda text, mark, key: manifests.is_signed(text, mark, key, keys))
    return "ファイルがマニフェストと一致しません" in wrong.value.ja


def test_manifests_of_before_a_change_are_right_after_it(keyring: Keyring) -> None:
    documents = [signed(names_key=False), signed()]
    for _ in range(2):
        keyring = change_key(keyring)
        documents.append(signed())
    assert len(manifests.public_keys()) == len({*manifests.public_keys().values()}) == 3
    assert list(manifests.public_keys())[-1] == manifests.key_id()
    assert all(is_right(one) for one in documents)
    bundle = b"".join(manifests.public_keys().values())
    assert all(is_right(one, bundle) for one in documents)


def test_a_key_that_the_recipient_has_not_is_told_by_its_id(keyring: Keyring) -> None:
    (first,) = manifests.public_keys().values()
    old = signed()
    change_key(keyring)
    with pytest.raises(ManifestWrong, match=manifests.key_id()):
        manifest.check(signed(), FILE, lambda text, mark, key: manifests.is_signed(text, mark, key, first))
    assert is_right(old, first)
    newest = list(manifests.public_keys().values())[-1]
    assert is_right(signed(), newest)
    with pytest.raises(ManifestWrong, match="手元の公開鍵"):  # a key that was given up opens nothing more
        manifest.check(old, FILE, lambda text, mark, key: manifests.is_signed(text, mark, key, newest))


def test_the_name_of_another_key_does_not_help(keyring: Keyring) -> None:
    first = manifests.key_id()
    old = signed()
    change_key(keyring)
    moved = old.replace(first.encode(), manifests.key_id().encode())
    assert not is_right(moved)


def test_what_is_no_key_of_ours_is_told(keyring: Keyring) -> None:
    del keyring
    curve = generate_private_key(SECP256R1()).public_key()
    pem = curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for held in (b"", b"no key", pem):
        with pytest.raises(ValueError, match="key"):
            manifests.is_signed(b"text", b"signature", "", held)
