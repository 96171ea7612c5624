"""A sealed stream opens whole and in its place, or not at all (T18)."""

from io import BytesIO

import pytest

from models.crypto import stream
from models.crypto.stream import PIECE_BYTES, TAG_BYTES, StreamDamaged, StreamKeyUnknown, StreamWriter

KEYS = {"b1": bytes(range(32)), "b2": bytes(range(1, 33))}
HEAD = len(stream.MAGIC) + 1 + len("b1") + stream.SALT_BYTES
SEALED = PIECE_BYTES + TAG_BYTES
THREE = b"1" * PIECE_BYTES + b"2" * PIECE_BYTES + b"the end"


def sealed(plain: bytes, name: str = "one", key_id: str = "b1", at_once: int = 100_000) -> bytes:
    out = BytesIO()
    writer = StreamWriter(out, key_id, KEYS[key_id], name)
    for place in range(0, len(plain), at_once):
        writer.write(plain[place : place + at_once])
    writer.finish()
    return out.getvalue()


def opened(content: bytes, name: str = "one", keys: dict[str, bytes] = KEYS) -> bytes:
    return b"".join(stream.read(BytesIO(content), keys, name))


def piece(number: int) -> slice:
    return slice(HEAD + number * SEALED, HEAD + (number + 1) * SEALED)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES])
def test_what_was_sealed_opens(size: int) -> None:
    plain = bytes(number % 251 for number in range(size))
    assert opened(sealed(plain)) == plain
    assert opened(sealed(plain, at_once=size or 1)) == plain


def test_nothing_of_it_stands_there_in_clear_and_no_two_are_alike() -> None:
    one, other = sealed(THREE), sealed(THREE)
    assert b"the end" not in one
    assert one[HEAD:] != other[HEAD:]


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("a bit of the magic", lambda it: bytes([it[0] ^ 1]) + it[1:]),
        ("a bit of the salt", lambda it: it[: HEAD - 1] + bytes([it[HEAD - 1] ^ 1]) + it[HEAD:]),
        ("a bit of a piece", lambda it: it[: HEAD + 9] + bytes([it[HEAD + 9] ^ 128]) + it[HEAD + 10 :]),
        ("the last bit", lambda it: it[:-1] + bytes([it[-1] ^ 1])),
        ("cut in the last piece", lambda it: it[:-3]),
        ("cut between pieces", lambda it: it[: piece(1).stop]),
        ("cut behind the first piece", lambda it: it[: piece(0).stop]),
        ("cut in the head", lambda it: it[: HEAD - 5]),
        ("nothing but the head", lambda it: it[:HEAD]),
        ("empty", lambda it: b""),
        ("exchanged", lambda it: it[:HEAD] + it[piece(1)] + it[piece(0)] + it[piece(1).stop :]),
        ("left out", lambda it: it[:HEAD] + it[piece(1)] + it[piece(1).stop :]),
        ("doubled", lambda it: it[: piece(0).stop] + it[piece(0)] + it[piece(0).stop :]),
        ("the end doubled", lambda it: it + it[piece(1).stop :]),
        ("something behind the end", lambda it: it + b"x"),
        ("a piece of another stream", lambda it: it[:HEAD] + sealed(THREE)[piece(0)] + it[piece(0).stop :]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_damage_is_found(kind: str, damage) -> None:
    del kind
    with pytest.raises(StreamDamaged):
        opened(damage(sealed(THREE)))


def test_it_opens_under_its_own_name_only() -> None:
    with pytest.raises(StreamDamaged):
        opened(sealed(THREE), name="other")


def test_it_names_its_key() -> None:
    assert opened(sealed(b"old", key_id="b2")) == b"old"
    with pytest.raises(StreamKeyUnknown):
        opened(sealed(b"old", key_id="b2"), keys={"b1": KEYS["b1"]})
    with pytest.raises(StreamDamaged):
        opened(sealed(b"old"), keys={"b1": KEYS["b2"]})
