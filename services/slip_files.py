"""Payment slips from a file of lines, one slip a line, printed as a run (requirement D3).

The file is what `flask slips render` reads (docs/payment-slips.md). Nothing here needs a database.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final
from unicodedata import category

from printing import press
from printing.checks import holds_individual_number
from printing.collection.payment_slip import TITLE, PaymentSlip, PaymentSlipForm
from printing.letter import Issuer
from printing.places import label_at
from printing.sheet_runs import RunResult, SheetRun
from rules.collection.store_barcode import MOST_YEN, BarcodeRefused, payment_digits
from rules.law import DEMO_MUNICIPALITY, Law, LawAt

MOST_FAULTS: Final = 100
STORE_LIMIT: Final = "national/collection/store_limit"
LONGEST_LINE: Final = 10_000
_MUST: Final = (
    "payer_name",
    "postal_code",
    "address",
    "fiscal_year",
    "notice_number",
    "instalment",
    "amount",
    "due_on",
    "pay_until",
    "customer_number",
)
_MAY: Final = ("reissue", "qr", "payment_numbers", "run_number")
_PLACES: Final = {"name": "name", "address": "address", "notice_number": "notice_number"}


@dataclass(frozen=True)
class SlipFault:
    """What is wrong with a line: its number from 1 on, the place in it, what, why, what now."""

    line: int
    where: str
    message_ja: str


class SlipsRefused(Exception):
    """The file cannot be printed; nothing was written. `faults` are the first hundred."""

    def __init__(self, faults: tuple[SlipFault, ...]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class SlipWrong(ValueError):
    """A value that no slip can bear: its place, and what is wrong with it."""

    def __init__(self, where: str, message_ja: str) -> None:
        super().__init__(where)
        self.where = where
        self.message_ja = message_ja


def render_file(
    source: Path,
    target: Path,
    *,
    municipality: str = DEMO_MUNICIPALITY,
    the_rest: bool = False,
    preview: bool = False,
) -> RunResult:
    """Print the slips of a file into one PDF; a run that was ended before goes on where it stood.

    Args:
        source: one JSON object a line; read as often as needed, never whole.
        target: the PDF; whole or absent.
        municipality: whose settings stand on the form.
        the_rest: leave out slips with a character that no font has or a text that does not fit.
        preview: with 見本・無効 across each sheet.

    Raises:
        SlipsRefused: a line is wrong; all are looked at before anything is written.
        PrintRefused: the form itself cannot be laid out.
        ParameterNotInForce, ParameterFileWrong: the city's settings lack what the form bears.
        OSError: file or folder cannot be read or written.
    """
    _refuse_what_is_no_file(source, target)
    law = Law.load(municipality_code=municipality)
    first = _checked(source, law)
    form = form_of(law.on(first), demo=municipality == DEMO_MUNICIPALITY)
    layout = press.lay_out_form(form, preview=preview)
    labels = {field: label_at(PaymentSlip, place) for field, place in _PLACES.items()}
    run = SheetRun(target, layout, labels, TITLE, _digest(source))
    return run.write(_slips(source, law), the_rest=the_rest)


def form_of(law: LawAt, *, demo: bool = False) -> PaymentSlipForm:
    """The form of the city as its settings say on a day.

    Raises:
        ParameterNotInForce: a setting has no value then.
    """
    text = law.text
    return form_with(text, law.integer(STORE_LIMIT), _issuer(text), demo=demo)


def form_with(text: Callable[[str], str], store_limit: int, issuer: Issuer, *, demo: bool) -> PaymentSlipForm:
    """The form by the city's settings, asked for by name."""
    return PaymentSlipForm(
        city=text("municipal/office/city_name"),
        account_number=text("municipal/collection/account_number"),
        account_name=text("municipal/collection/account_name"),
        places=text("municipal/collection/places"),
        store_limit=f"{store_limit:,}",
        issuer=issuer,
        demo=demo,
    )


def _issuer(text: Callable[[str], str]) -> Issuer:
    return Issuer(
        title=text("municipal/office/mayor_title"),
        mayor=text("municipal/office/mayor_name"),
        section=text("municipal/office/division_name"),
        postal_code=text("municipal/office/postal_code"),
        address=text("municipal/office/address"),
        telephone=text("municipal/office/phone"),
        hours=text("municipal/office/counter_hours"),
    )


def slip_of(data: Mapping[str, Any], law: Law) -> PaymentSlip:
    """One slip from plain data. A shop's bar code stands on it up to the limit of the day it is due.

    Raises:
        SlipWrong: the place and what is wrong with it.
    """
    unknown = sorted(set(data) - {*_MUST, *_MAY})
    if unknown:
        raise SlipWrong(_shown(unknown[0]), f"知らない名前です。次のどれかです:{'、'.join((*_MUST, *_MAY))}")
    due_on, pay_until = _day(data, "due_on"), _day(data, "pay_until")
    if pay_until < due_on:
        raise SlipWrong("pay_until", "取扱期限が納期限より前です。日付を確かめてください。")
    amount, reissue = _number(data, "amount", 1, MOST_YEN), _number(data, "reissue", 0, 9, 0)
    on = law.on(due_on)
    reference = _text(data, "customer_number", 21)
    try:
        barcode = payment_digits(
            on.text("municipal/collection/store_issuer"), reference, amount, pay_until, reissue=reissue
        )
    except BarcodeRefused as refused:
        where = {"reference": "customer_number"}.get(refused.part, refused.part)
        raise SlipWrong(where, refused.message_ja) from None
    name, address = _text(data, "payer_name", 100), _address(data)
    for where, text in (("payer_name", name), *(("address", line) for line in address)):
        if holds_individual_number(text):
            raise SlipWrong(
                where, "個人番号(マイナンバー)と思われる12桁の数字があります。番号を消してください。"
            )
    return PaymentSlip(
        name=name,
        postal_code=_text(data, "postal_code", 8),
        address=address,
        fiscal_year=_number(data, "fiscal_year", 2008, 2117),
        notice_number=_text(data, "notice_number", 20),
        instalment=_instalment(data),
        amount=amount,
        due_on=due_on,
        pay_until=pay_until,
        barcode=barcode if amount <= on.integer(STORE_LIMIT) else "",
        qr=_text(data, "qr", 300, ""),
        payment_numbers=_text(data, "payment_numbers", 60, ""),
        run_number=_text(data, "run_number", 20, ""),
        reissue=reissue,
    )


def _checked(source: Path, law: Law) -> date:
    """Look at every line; the day on which the first slip is due.

    Raises:
        SlipsRefused: a line is wrong, or there is none.
    """
    faults: list[SlipFault] = []
    first = None
    for number, line in _lines(source):
        try:
            slip = _slip(line, law)
            first = first or slip.due_on
        except SlipWrong as wrong:
            faults.append(SlipFault(number, wrong.where, wrong.message_ja))
            if len(faults) == MOST_FAULTS:
                break
    if first is None and not faults:
        faults.append(SlipFault(1, "", "納付書が1件もありません。1行に1件を書いてください。"))
    if faults or first is None:
        raise SlipsRefused(tuple(faults))
    return first


def _slips(source: Path, law: Law) -> Iterator[PaymentSlip]:
    return (_slip(line, law) for _, line in _lines(source))


def _refuse_what_is_no_file(source: Path, target: Path) -> None:
    """The source is read more than once, and must not be written over."""
    why = ""
    if source.exists() and not source.is_file():
        why = "ふつうのファイルではありません。ファイルに保存してから指定してください。"
    elif source.exists() and target.exists() and source.samefile(target):
        why = "読むファイルと書く先が同じです。書く先に別の名前を指定してください。"
    if why:
        raise SlipsRefused((SlipFault(1, "", why),))


def _lines(source: Path) -> Iterator[tuple[int, bytes]]:
    with source.open("rb") as stream:
        for number, line in enumerate(iter(lambda: _line(stream), b""), 1):
            if line.strip():
                yield number, line


def _line(stream: BinaryIO) -> bytes:
    """The next line; of one that is too long one byte more than may be, and the rest is passed over."""
    line = rest = stream.readline(LONGEST_LINE + 1)
    while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
        rest = stream.readline(LONGEST_LINE + 1)
    return line


def _slip(line: bytes, law: Law) -> PaymentSlip:
    if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
        raise SlipWrong("", f"1行が{LONGEST_LINE:,}バイトを超えています。1行に1件だけを書いてください。")
    try:
        data = json.loads(line, object_pairs_hook=_once)
    except SlipWrong:
        raise
    except (ValueError, RecursionError):
        raise SlipWrong("", "JSONとして読めません。1行に1件のJSONを書いてください。") from None
    if not isinstance(data, dict):
        raise SlipWrong("", "1行に1件のJSONの組(オブジェクト)を書いてください。")
    return slip_of(data, law)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand in it once: of two amounts nobody knows which one is meant."""
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SlipWrong(_shown(twice), "同じ名前が2回あります。1回にしてください。")
    return data


def _shown(name: str) -> str:
    """A name that somebody made up, fit for a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:40])


def _given(data: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    value = data.get(name, otherwise)
    if value is None:
        raise SlipWrong(name, "入っていません。値を入れてください。")
    return value


def _text(data: Mapping[str, Any], name: str, most: int, otherwise: str | None = None) -> str:
    value = _given(data, name, otherwise)
    if not isinstance(value, str) or (otherwise is None and not value.strip()):
        raise SlipWrong(name, "空でない文字列で入れてください。")
    if len(value) > most:
        raise SlipWrong(name, f"{len(value)}文字あります。{most}文字までにしてください。")
    return _plain(name, value)


def _plain(name: str, text: str) -> str:
    """A text without control characters and halves of characters, which no paper and no terminal shows."""
    if any(category(letter) in ("Cc", "Cs") for letter in text):
        raise SlipWrong(name, "改行などの制御文字か、こわれた文字があります。取り除いてください。")
    return text


def _number(data: Mapping[str, Any], name: str, least: int, most: int, otherwise: int | None = None) -> int:
    value = _given(data, name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int):
        raise SlipWrong(name, "整数で入れてください。")
    if not least <= value <= most:
        raise SlipWrong(
            name, f"{value:,}は{least:,}から{most:,}までの範囲にありません。けたを確かめてください。"
        )
    return value


def _day(data: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(_text(data, name, 10))
    except ValueError as error:
        if isinstance(error, SlipWrong):
            raise
        raise SlipWrong(name, "日付をYYYY-MM-DDで入れてください。") from None


def _address(data: Mapping[str, Any]) -> tuple[str, ...]:
    value = _given(data, "address", None)
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, list) or not 1 <= len(lines) <= 2 or not all(map(_is_line, lines)):
        raise SlipWrong("address", "住所を1行か2行の文字列で入れてください(各100文字まで)。")
    return tuple(_plain("address", line) for line in lines)


def _is_line(line: object) -> bool:
    return isinstance(line, str) and bool(line.strip()) and len(line) <= 100


def _instalment(data: Mapping[str, Any]) -> str:
    value = _given(data, "instalment", None)
    if value == "随時":
        return "随時"
    return f"第{_number(data, 'instalment', 1, 12)}期"


def _digest(source: Path) -> str:
    with source.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
