"""The trays of a desk's printer: what lies in each, and by how much its print is moved (issue 2, point 6).

Kept for each user, since each sits at his own printer. Millimetres, to a tenth; right and down are positive.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from models.masters import UserPreference
from printing.letter import TrayOffset
from services import accounts
from services.context import Context
from services.documents import CARDS, PLAIN, Dress
from services.errors import RuleBroken

KEY = "printer_trays"
USES = {
    CARDS: ("証の台紙", "Carrier sheets for cards"),
    PLAIN: ("A4の文書・通知", "A4 letters and slips"),
    "": ("使わない", "Not used"),
}
FARTHEST_MM = Decimal(20)
STEP_MM = Decimal("0.1")
LONGEST_NAME = 30
MOST_TRAYS = 6
OFFSETS = ("x_mm", "y_mm", "back_x_mm", "back_y_mm")
PLACES = {
    "x_mm": ("表 右へ", "Front, right"),
    "y_mm": ("表 下へ", "Front, down"),
    "back_x_mm": ("裏 右へ", "Back, right"),
    "back_y_mm": ("裏 下へ", "Back, down"),
}


class TrayRefused(RuleBroken):
    """A tray as typed cannot be; `row` and `field` say where."""

    code = "tray_refused"

    def __init__(self, row: int, field: str, message_ja: str, message_en: str) -> None:
        """Name the field, so that the screen marks it."""
        super().__init__(message_ja, message_en)
        self.row = row
        self.field = field


@dataclass(frozen=True)
class Tray:
    """A tray: its name, what lies in it, its offset in millimetres as text ("-1.5")."""

    name: str
    use: str
    x_mm: str = "0"
    y_mm: str = "0"
    back_x_mm: str = "0"
    back_y_mm: str = "0"

    @property
    def offset(self) -> TrayOffset:
        return TrayOffset(**{place: float(getattr(self, place)) for place in OFFSETS})


STANDARD = (Tray("トレイ1", PLAIN), Tray("トレイ2(台紙)", CARDS))


def read(ctx: Context) -> tuple[Tray, ...]:
    """The trays of the actor's desk; two without offset where he has set none."""
    statement = select(UserPreference.value).where(
        UserPreference.user_id == ctx.actor.staff_id, UserPreference.key == KEY
    )
    kept = ctx.session.scalars(statement).one_or_none()
    return STANDARD if kept is None else tuple(Tray(**row) for row in json.loads(kept))


def save(ctx: Context, rows: Sequence[Mapping[str, str]]) -> tuple[Tray, ...]:
    """Keep the trays of the actor's desk; a row without a name is left out.

    Raises:
        TrayRefused: a name too long or used twice, an offset that is none or too far, a use given twice.
    """
    trays = [_tray(place, row) for place, row in enumerate(rows) if row.get("name", "").strip()]
    if len(trays) > MOST_TRAYS:
        raise TrayRefused(
            MOST_TRAYS, "name", f"トレイは{MOST_TRAYS}つまでです。", f"At most {MOST_TRAYS} trays."
        )
    for place, tray in enumerate(trays):
        before = trays[:place]
        if any(tray.name == other.name for other in before):
            raise TrayRefused(
                place,
                "name",
                "同じ名前のトレイがあります。名前を変えてください。",
                "This name is used twice.",
            )
        if tray.use and any(tray.use == other.use for other in before):
            raise TrayRefused(
                place,
                "use",
                "同じ用紙のトレイが二つあります。一つを「使わない」にしてください。",
                "Two trays hold the same paper. Set one of them to “Not used”.",
            )
    accounts.set_preference(ctx, KEY, json.dumps([asdict(tray) for tray in trays], ensure_ascii=False))
    return tuple(trays)


def dress_of(ctx: Context, *, demo: bool) -> Dress:
    """How papers come out at the actor's desk."""
    return Dress(demo, {tray.use: tray.offset for tray in read(ctx) if tray.use})


def _tray(place: int, row: Mapping[str, str]) -> Tray:
    name, use = row.get("name", "").strip(), row.get("use", "")
    if len(name) > LONGEST_NAME:
        raise TrayRefused(
            place,
            "name",
            f"トレイの名前は{LONGEST_NAME}文字までです。",
            f"A name has at most {LONGEST_NAME} characters.",
        )
    if use not in USES:
        raise TrayRefused(place, "use", "用紙を選び直してください。", "Choose the paper again.")
    return Tray(name, use, **{field: _millimetres(place, field, row.get(field, "")) for field in OFFSETS})


def _millimetres(place: int, field: str, typed: str) -> str:
    try:
        value = Decimal(typed.strip() or "0")
        found = value.quantize(STEP_MM)
    except InvalidOperation as error:
        raise _no_offset(place, field) from error
    if value != found or abs(value) > FARTHEST_MM:
        raise _no_offset(place, field)
    return f"{found:f}"


def _no_offset(place: int, field: str) -> TrayRefused:
    return TrayRefused(
        place,
        field,
        "補正は-20.0から20.0までのミリメートルで、0.1きざみで入力してください(例:-1.5)。",
        "Give millimetres from -20.0 to 20.0 in steps of 0.1, e.g. -1.5.",
    )
