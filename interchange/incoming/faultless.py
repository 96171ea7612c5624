"""One look at a part of a CSV file, which takes it whole where everything in it is right (J5).

One expression holds the whole layout, and RE2 walks the bytes once without turning back. What it does not
take goes to `checking.py`, which looks column by column and tells the faults; so nothing is refused here, and
what is taken here is what would be taken there (`tests/interchange/test_incoming_faultless.py`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import re2

from interchange.incoming.days import read_day
from interchange.incoming.sources import KEY_DIGITS, Field, Source, sources

_ZEROS = ["0" * (KEY_DIGITS - digits) for digits in range(KEY_DIGITS + 1)]
_FORBIDDEN = r"\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}\x{feff}"
_BEGINS_FORMULA = r"=+@＝＋＠\-－"  # a text of a negative number is for `checking.py` too
_PLAIN = {
    "key": f"[0-9]{{1,{KEY_DIGITS}}}",
    "amount": "[0-9]{1,10}",
    "signed": "-?[0-9]{1,10}",
    "year": "(?:19|20)[0-9]{2}",
    "date": "[0-9A-Za-z./-]{1,30}",
}


def read(source: Source, content: bytes, *, is_first: bool) -> list[str] | None:
    """The lines of data as they are kept, with tabs between the values; None where something may be wrong."""
    told = content if content.endswith(b"\n") else content + b"\n"
    if b"\t" in told or b'"' in told or not content:
        return None
    if is_first:
        header, _, told = told.partition(b"\n")
        if header.removesuffix(b"\r") != ",".join(one.name for one in source.fields).encode():
            return None
    try:
        told = told.decode(source.encoding).replace(",", "\t").encode()
    except UnicodeDecodeError:
        return None
    if not _expression(source.id).fullmatch(told):
        return None
    told = told.translate(None, b"\r")  # each of them ends a line
    if not _are_in_order(source, told):
        return None
    return _kept(source, told.decode().split("\n")[:-1])


def _are_in_order(source: Source, told: bytes) -> bool:
    """Whether no amount is above the one that it may not be above."""
    if not source.not_above:
        return True
    signs = np.frombuffer(told, np.uint8)
    ends = np.flatnonzero(signs < ord(" ")).astype(np.int32)
    begins = np.append(np.int32(0), ends + 1)[:-1].reshape(-1, len(source.fields))
    ends = ends.reshape(begins.shape)
    for first, second in source.not_above:
        place, other = source.place(first), source.place(second)
        some = (ends[:, place] - begins[:, place] != 1) | (signs[begins[:, place]] != ord("0"))
        amounts = [_amounts(signs, begins[some, one], ends[some, one]) for one in (place, other)]
        if (amounts[0] > amounts[1]).any():
            return False
    return True


def _amounts(signs: Any, begins: Any, ends: Any) -> Any:
    """The amounts of a column, a blank as zero; each digit is added to all of them at once."""
    amounts = np.zeros(len(ends), np.int64)
    for digit in range(int((ends - begins).max(initial=0))):
        at = np.minimum(begins + digit, ends)
        amounts = np.where(at < ends, amounts * 10 + signs[at] - ord("0"), amounts)
    return amounts


def _kept(source: Source, lines: list[str]) -> list[str] | None:
    """The lines with address numbers of full length and days as ISO texts."""
    days = [place for place, one in enumerate(source.fields) if one.kind == "date"]
    if not days and source.key == 0:
        return [_ZEROS[one.index("\t")] + one for one in lines]
    columns = [list(column) for column in zip(*(line.split("\t") for line in lines), strict=True)]
    if not columns:
        return []
    for place in days:
        known = {value: read_day(value) if value else "" for value in set(columns[place])}
        if None in known.values():
            return None
        columns[place] = [known[value] or "" for value in columns[place]]
    columns[source.key] = [value.zfill(KEY_DIGITS) for value in columns[source.key]]
    return list(map("\t".join, zip(*columns, strict=True)))


@cache
def _expression(name: str) -> Any:
    """All lines of a source, of which each value passes its checks."""
    options = re2.Options()
    options.log_errors, options.max_mem = False, 64 << 20
    return re2.compile("(?:" + "\t".join(map(_value, sources()[name].fields)) + "\r?\n)*", options)


def _value(told: Field) -> str:
    if told.kind == "text":
        expression = f"[^{_FORBIDDEN}{_BEGINS_FORMULA}][^{_FORBIDDEN}]{{0,{told.length - 1}}}"
    elif told.kind == "digits":
        expression = f"[0-9]{{{told.length}}}"
    elif told.kind == "code":
        expression = "|".join(map(re2.escape, told.values))
    else:
        expression = _PLAIN[told.kind]
    return f"(?:{expression})" + ("?" if told.optional else "")
