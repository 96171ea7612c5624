"""The studio before the screen: draft, check, a second administrator, differences, files."""

import io
import re
from urllib.parse import urlsplit

from models.audit.tags import Tag
from portal.views.audit import TAGS
from tests.portal.conftest import Visitor
from tests.portal.studio.conftest import mori
from workflows import catalog

SEEN = re.compile(r'name="seen" value="(\d+)"')
PROBLEM = "操作「acquisition.nothing」は用意されていません"


def do(person: Visitor, place: str, deed: str, **fields: object) -> str:
    """Do a deed as the page of the draft offers it; what the next page says."""
    (seen, *_) = SEEN.findall(person.get(place).text)
    answer = person.post(f"{place}/{deed}", seen=seen, **fields)
    assert answer.status_code in {303, 403, 422}
    return person.get(answer.location).text if answer.status_code == 303 else answer.text


def file(name: str, content: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def test_a_term_of_five_working_days_is_put_in_force_by_a_second_person(app, administrator, place) -> None:
    words = {
        "process": "acquisition",
        "element": "correct",
        "ja": "入力の訂正",
        "en": "Correct",
        "due_days": "5",
    }
    assert "「入力の訂正」を保存しました" in do(administrator, place, "element", **words)
    page = do(administrator, place, "check")
    assert "問題はありません" in page
    assert "作成者は自分の下書きを公開できません" in page
    refused = do(administrator, place, "publish", reason="期限")
    assert "入力した本人" in refused
    assert 'name="process" value="acquisition"' in refused
    second = mori(app)
    assert "acquisition.correct" in second.get(place).text
    assert "理由が入力されていません" in do(second, place, "publish", reason=" ")
    assert "000000000019" not in do(second, place, "publish", reason="番号は000000000019")
    assert 'name="on" value="きのう"' in do(second, place, "plan", on="きのう", reason="期限")
    done = do(second, place, "publish", reason="補正の期限を決めるため")
    assert "第2版を公開しました" in done
    assert "補正の期限を決めるため" in done
    assert second.get(place).status_code == 404
    compared = second.get("/studio/acquisition/1/2").text
    assert "第1版の図" in compared
    assert "期限" in compared
    assert "動き以外で変わったもの" in compared
    assert "注釈・まとまり" not in compared
    assert second.get("/studio/acquisition/1/9").status_code == 404


def test_what_is_wrong_is_listed_with_its_element_and_marked(administrator, place) -> None:
    source = catalog.shipped_bundle("acquisition").bpmn["acquisition"]
    wrong = source.replace('id="acquisition.register"', 'id="acquisition.nothing"').encode()
    assert "1件のファイルを取り込みました" in do(administrator, place, "files", file=file("x.bpmn", wrong))
    page = do(administrator, place, "check")
    assert PROBLEM in page
    assert 'data-jump="register" data-in="acquisition"' in page
    assert "acquisition.register" in re.findall(r'data-marks="([^"]+)"', page)[0]
    contradiction = (
        b'{"type": "object", "properties": {"n": {"type": "integer", "minimum": 2, "maximum": 1}}}'
    )
    do(administrator, place, "files", file=file("correct.schema.json", contradiction))
    page = do(administrator, place, "check")
    assert "様式が矛盾しています" in page
    assert 'data-jump="/properties/n' not in page, "it stands on no diagram"
    administrator.speak("en")
    english = administrator.get(place).text
    assert "acquisition.nothing" in english
    assert PROBLEM not in english
    assert "Problem" in english


def test_a_version_goes_out_as_files_and_comes_in_as_a_draft(administrator) -> None:
    answer = administrator.get("/studio/loss/1/export.zip")
    assert answer.headers["Content-Disposition"].endswith("loss-1.zip")
    taken = administrator.post("/studio/import", file=file("loss.zip", answer.data))
    place = urlsplit(taken.location).path
    assert "違いはありません" in administrator.get(place).text
    listed = administrator.get("/definitions/").text
    assert place in listed
    assert "未検査" in listed
    assert administrator.get(f"{place}/export.zip").data == answer.data
    assert "<bpmn:" in administrator.get(f"{place}/diagram.bpmn").text
    assert "破棄しました" in do(administrator, place, "discard")


def test_what_is_no_definition_is_refused_with_a_reason(administrator) -> None:
    answer = administrator.post("/studio/import", file=file("a.bpmn", b"<a"))
    assert answer.status_code == 422
    assert "読み取れないファイル" in answer.text
    assert "下書きはありません" in administrator.get("/definitions/").text


def test_an_old_page_changes_nothing_and_says_so(administrator, place) -> None:
    words = {"process": "acquisition", "element": "correct", "en": ""}
    do(administrator, place, "element", ja="一度目", **words)
    answer = administrator.post(f"{place}/element", seen="1", ja="二度目", **words)
    page = administrator.get(answer.location).text
    assert "下書きが変わっています" in page
    assert "一度目" in page
    assert "二度目" not in page


def test_the_record_says_it_in_words() -> None:
    for tag in (Tag.DEFINITION_EDITED, Tag.DEFINITION_CHECKED, Tag.DEFINITION_EXPORTED):
        assert tag in TAGS
