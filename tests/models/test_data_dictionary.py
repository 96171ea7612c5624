"""The data dictionary against the tables: what it says is held is there, what transfers name is in it."""

import io

import pytest

from interchange.dictionary import catalog
from interchange.transfers import definitions, layouts
from models import registry
from services import transfer_rows


def test_every_item_that_is_held_names_a_table_and_a_column_that_are_there() -> None:
    tables = registry.metadata.tables
    wrong = [
        one.id
        for one in catalog.items().values()
        if one.held is not None and (one.held[0] not in tables or one.held[1] not in tables[one.held[0]].c)
    ]
    assert wrong == []


def test_it_holds_more_than_a_hundred_items_and_as_many_that_are_held() -> None:
    held = [one for one in catalog.items().values() if one.held is not None]
    assert (len(catalog.items()), len(held)) == (303, 135)


def test_every_item_has_its_class_its_retention_its_source_and_its_ground() -> None:
    for one in catalog.items().values():
        assert one.mask in catalog.MASKS, one.id
        assert one.keep in catalog.keepings(), one.id
        assert set(one.sources) <= set(catalog.SOURCES), one.id
        assert all((one.ja, one.en, one.meaning, one.ground, one.certainty)), one.id


def test_every_transfer_names_items_of_the_dictionary_that_may_go_with_it() -> None:
    for transfer in definitions.transfers().values():
        items = [catalog.items()[one] for one in transfer.items]
        assert all(transfer.number in one.transfers for one in items), transfer.id
        assert set(transfer.usual) <= set(transfer.items)
        assert transfer.basis in definitions.bases()


def test_secret_items_go_with_the_first_transfer_only() -> None:
    for transfer in definitions.transfers().values():
        secret = [one for one in transfer.items if catalog.items()[one].mask == catalog.SECRET]
        assert (secret == []) == (transfer.number != 1), transfer.id


def test_what_is_usual_can_be_sent_and_has_its_place_in_the_layout() -> None:
    for transfer in definitions.transfers().values():
        usual = set(transfer.usual)
        assert usual <= transfer_rows.held(transfer.person_range), transfer.id
        if transfer.layout.kind == "fixed":
            assert usual <= set(transfer.layout.widths), transfer.id


def test_a_fixed_line_has_its_width_in_bytes_and_rare_signs_are_replaced_and_listed() -> None:
    layout = definitions.Layout("fixed", "cp932", {"addressee_number": 15, "name": 10})
    out = io.BytesIO()
    written = layouts.write(layout, ["addressee_number", "name"], [["1", "髙橋𠮷"], ["2", "改\n行"]], out)
    lines = out.getvalue().split(b"\r\n")
    assert [len(line) for line in lines[:2]] == [25, 25]
    assert lines[0][15:].decode("cp932").rstrip() == "髙橋〓"
    assert [(one.line, one.item, one.code_point) for one in written.replaced] == [
        (1, "name", "U+20BB7"),
        (2, "name", "U+000A"),
    ]


def test_a_value_that_is_too_long_is_refused_with_its_place_and_never_cut() -> None:
    layout = definitions.Layout("fixed", "cp932", {"name": 4})
    with pytest.raises(layouts.LayoutBroken) as broken:
        layouts.write(layout, ["name"], [["見本"], ["見本市"]], io.BytesIO())
    assert (broken.value.line, broken.value.item, broken.value.width) == (2, "name", 4)
    assert "見本" not in str(broken.value)
