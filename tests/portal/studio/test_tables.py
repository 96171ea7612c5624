"""The editor of decision tables before the screen: its page and policy, its saving, a new table."""

import re

from portal.views.studio_tables import STYLES_OF_THE_EDITOR
from tests.architecture.tree import ROOT
from tests.portal.conftest import Visitor
from workflows import catalog

SEEN = re.compile(r'name="seen" value="(\d+)"')
SOURCE = catalog.shipped_bundle("acquisition").dmn["acquisition/delivery"]
DRAWN = SOURCE.replace("それ以外は世帯主あてに郵送", "ほかは世帯主あてに郵送")
LIBRARY = ROOT / "portal" / "static" / "vendor" / "dmn-js" / "dmn-modeler.production.min.js"


def begin(person: Visitor, place: str, **fields: str):
    (seen, *_) = SEEN.findall(person.get(place).text)
    return person.post(f"{place}/tables", seen=seen, process="acquisition", **fields)


def test_a_table_is_kept_and_read_line_by_line(administrator, place) -> None:
    page = f"{place}/tables/acquisition/delivery"
    assert page in administrator.get(place).text
    assert "それ以外は世帯主あてに郵送" in administrator.get(page).text
    told = administrator.post(page, seen=1, source=DRAWN).json
    assert told["seen"] == 2
    assert "ほかは世帯主あてに郵送" in told["listed"]
    late = administrator.post(page, seen=1, source=SOURCE)
    assert (late.status_code, "下書きが変わっています" in late.json["refused"]) == (409, True)
    empty = re.sub(r"<decision .*</decision>", "", SOURCE, flags=re.DOTALL)
    assert administrator.post(page, seen=2, source=empty).status_code == 422
    assert administrator.get(f"{place}/tables/acquisition/nothing").status_code == 404
    assert administrator.post(f"{place}/tables/acquisition/nothing", seen=2, source=SOURCE).status_code == 404


def test_a_new_table_is_sound(administrator, place) -> None:
    begun = begin(administrator, place, decision="deadline", title='期限<の>"判定"')
    assert begun.status_code == 303
    assert "期限&lt;の&gt;" in administrator.get(begun.location).text
    (seen, *_) = SEEN.findall(administrator.get(place).text)
    assert administrator.post(f"{place}/diagram/check", seen=seen).json["marks"] == []
    assert '<option value="deadline">' in administrator.get(f"{place}/draw").text
    for decision, title, why in (
        ("Dead", "名", "英小文字"),
        ("deadline", "名", "すでにあります"),
        ("one", "", "名前"),
    ):
        refused = begin(administrator, place, decision=decision, title=title)
        assert why in refused.text
        assert f'name="decision" value="{decision}"' in refused.text


def test_only_the_style_attributes_of_the_library_are_let_in(administrator, place) -> None:
    page = administrator.get(f"{place}/tables/acquisition/delivery")
    (styles,) = [
        one for one in page.headers["Content-Security-Policy"].split("; ") if one.startswith("style")
    ]
    assert re.fullmatch(r"style-src 'self' 'nonce-[^']+' 'unsafe-hashes'( 'sha256-[^']+')+", styles)
    assert styles.count("sha256-") == len(STYLES_OF_THE_EDITOR)
    source = LIBRARY.read_text(encoding="utf-8")
    assert STYLES_OF_THE_EDITOR[0] in source
    assert all(
        part in source for style in STYLES_OF_THE_EDITOR for part in re.split(r";|\n", style) if part.strip()
    )
    draw = administrator.get(f"{place}/draw").headers["Content-Security-Policy"]
    assert "style-src 'self';" in draw
