"""The manifest of a file that left: a JSON text, signed over its exact bytes, checked without any connection.

The document is `{"manifest": {…}, "signature": "<base64>"}`; the signature covers the manifest written with
sorted keys and no blanks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = "kokuho-transfer-manifest/1"


class ManifestWrong(ValueError):
    """The document is no manifest, or it does not belong to the file; the text says which."""

    def __init__(self, ja: str, en: str) -> None:
        """Keep both texts."""
        super().__init__(ja)
        self.ja, self.en = ja, en


@dataclass(frozen=True)
class Checked:
    """What a manifest says once signature and file were found right."""

    told: Mapping[str, Any]


def signed_text(told: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def document(told: Mapping[str, Any], signature: bytes) -> bytes:
    """The document as the recipient gets it."""
    held = {"manifest": told, "signature": base64.b64encode(signature).decode("ascii")}
    return json.dumps(held, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def check(held: bytes, file: bytes, is_signed: Callable[[bytes, bytes, str], bool]) -> Checked:
    """Check the signature of a document, then that the file is the one it names.

    `is_signed` is asked with the text, the signature and the id of the key, empty where none is named.

    Raises:
        ManifestWrong: no manifest, not our signature, or another file.
    """
    try:
        content = json.loads(held)
        told, signature = content["manifest"], base64.b64decode(content["signature"], validate=True)
        size, digest = told["file"]["size"], told["file"]["sha256"]
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError) as error:
        raise ManifestWrong("マニフェストとして読めません。", "This is no manifest.") from error
    if told.get("format") != FORMAT:
        raise ManifestWrong("この形式のマニフェストは読めません。", "The manifest is of another format.")
    key_id = str(told.get("key", ""))
    try:
        is_right = is_signed(signed_text(told), signature, key_id)
    except LookupError as error:
        raise ManifestWrong(
            f"署名の鍵{key_id}が手元の公開鍵にありません。新しい公開鍵を受け取ってから確かめてください。",
            f"It was signed with the key {key_id}, which is not among the public keys here.",
        ) from error
    if not is_right:
        raise ManifestWrong(
            "署名が正しくありません。マニフェストが書き換えられたか、別の鍵で署名されています。",
            "The signature is wrong: the manifest was changed, or signed with another key.",
        )
    if len(file) != size or hashlib.sha256(file).hexdigest() != digest:
        raise ManifestWrong(
            "ファイルがマニフェストと一致しません。書き換えられたか、別のファイルです。",
            "The file is not the one that the manifest names.",
        )
    return Checked(told)
