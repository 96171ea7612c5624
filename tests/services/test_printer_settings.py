"""Trays and offsets of a desk: kept for each person, checked as typed, applied to all that he prints."""

import pytest

from printing.letter import TrayOffset
from services import documents, printer_settings
from services.printer_settings import STANDARD, TrayRefused
from tests.printing import samples

ROW = {"name": "トレイ1", "use": "plain", "x_mm": "1.5", "y_mm": "-0.3", "back_x_mm": "", "back_y_mm": "0"}


def test_a_desk_begins_with_two_trays_without_offset(ctx):
    assert printer_settings.read(ctx) == STANDARD
    assert all(tray.offset == TrayOffset() for tray in STANDARD)


def test_what_is_kept_is_read_again_by_the_same_person_only(uow, actor_counter, actor_certificate_clerk):
    with uow(actor_counter) as ctx:
        printer_settings.save(ctx, [ROW, {"name": " "}])
    with uow(actor_counter) as ctx:
        [tray] = printer_settings.read(ctx)
    assert (tray.x_mm, tray.offset) == ("1.5", TrayOffset(x_mm=1.5, y_mm=-0.3))
    with uow(actor_certificate_clerk) as ctx:
        assert printer_settings.read(ctx) == STANDARD


def test_each_document_is_moved_by_the_offset_of_its_tray(uow):
    with uow() as ctx:
        printer_settings.save(ctx, [ROW, {**ROW, "name": "台紙", "use": "cards", "x_mm": "-2"}])
        dress = printer_settings.dress_of(ctx, demo=True)
    letter = documents.dressed(samples.missing_papers_notice(), dress)
    cards = documents.dressed(samples.eligibility_certificate(), dress)
    assert (letter.tray.x_mm, cards.tray.x_mm) == (1.5, -2.0)


def test_a_tray_that_is_not_used_moves_nothing(uow):
    with uow() as ctx:
        printer_settings.save(ctx, [{**ROW, "use": ""}])
        assert printer_settings.dress_of(ctx, demo=False).offsets == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"x_mm": "20.1"}, "x_mm"),
        ({"y_mm": "-21"}, "y_mm"),
        ({"x_mm": "1.55"}, "x_mm"),
        ({"back_x_mm": "abc"}, "back_x_mm"),
        ({"x_mm": "NaN"}, "x_mm"),
        ({"x_mm": "1e9"}, "x_mm"),
        ({"back_y_mm": "Infinity"}, "back_y_mm"),
        ({"use": "foreign"}, "use"),
        ({"name": "あ" * 31}, "name"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(ctx, change, field):
    with pytest.raises(TrayRefused) as refused:
        printer_settings.save(ctx, [{**ROW, **change}])
    assert (refused.value.row, refused.value.field) == (0, field)


@pytest.mark.parametrize(("second", "field"), [({"name": "別"}, "use"), ({"use": "cards"}, "name")])
def test_a_name_or_a_paper_stands_once(ctx, second, field):
    with pytest.raises(TrayRefused) as refused:
        printer_settings.save(ctx, [ROW, {**ROW, **second}])
    assert (refused.value.row, refused.value.field) == (1, field)


def test_there_are_not_more_trays_than_printers_have(ctx):
    with pytest.raises(TrayRefused):
        printer_settings.save(ctx, [{**ROW, "name": f"トレイ{one}", "use": ""} for one in range(7)])
