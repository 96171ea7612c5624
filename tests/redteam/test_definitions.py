"""Definitions and parcels that an administrator sends in with bad intent: none comes in force (T01, T03)."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.redteam.conftest import WHOLE, Target
from tests.redteam.intruder import Answer, Intruder
from tests.redteam.ledger import Attack
from tests.workflows.checking.corpus import EVERY
from tests.workflows.checking.corpus import WHOLE as DOG_TAX

Staff = Callable[[str], Intruder]
SHORT_STEP = 40, 7  # the short list sends every fortieth file of the corpus, every seventh parcel
DRAFT = re.compile(r"^/studio/drafts/\d+$")
ENTITY = '<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {one} "{f"&{before};" * 10}">' for before, one in zip("abcdefg", "bcdefgh", strict=True)
    )
    + "]>"
)
NAMES = (
    "../../../../tmp/red-team.bpmn",
    "/var/red-team.bpmn",
    "..\\..\\red-team.bpmn",
    "dog_tax/../../acquisition/process.bpmn",
    "acquisition/process.bpmn",
    "a\0b/process.bpmn",
    "CON/process.bpmn",
    "<script>alert(1)</script>/process.bpmn",
    "長" * 3_000 + "/process.bpmn",
)


HOSTILE_TEXTS = (
    "<script>alert(1)</script>",
    '<link rel="attachment" href="file:///etc/passwd"><img src="http://127.0.0.1:1/x">',
    "{氏名.__class__.__mro__} {{7*7}} {% include '/etc/passwd' %}",
    "**" * 2_000,
    "{" * 500,
    "長" * 20_000,
    "\u202e\u0007\u0000",
    "'; DROP TABLE letter_text; --",
)


def in_force(target: Target) -> list[tuple[object, ...]]:
    return target.read("SELECT slug, version, hash FROM definition ORDER BY slug, version")


def test_hostile_files_of_a_definition(target: Target, staff: Staff, attack: Attack) -> None:
    """Each is refused at the door, or a draft that nobody can put in force."""
    one, second, before = staff("administrator"), staff("spare.administrator.1"), in_force(target)
    for hostile in EVERY if WHOLE else EVERY[:: SHORT_STEP[0]]:
        files = {name: text.encode() for name, text in DOG_TAX.items()} | {hostile.file: hostile.content}
        sent = send_in(one, "dog_tax.zip", archive(files))
        try_to_put_in_force(attack, one, second, sent, hostile.title)
        attack.expect(in_force(target) == before, (hostile.title, "in force"))
        before = in_force(target)
    assert attack.findings == []


def test_hostile_parcels(target: Target, staff: Staff, attack: Attack) -> None:
    """Paths that lead out, links, bombs, broken and locked archives; XML that reads files or grows."""
    one, second, before = staff("administrator"), staff("spare.administrator.1"), in_force(target)
    step = 1 if WHOLE else SHORT_STEP[1]
    for title, name, content in islice(parcels(), None, None, step):
        sent = send_in(one, name, content)
        try_to_put_in_force(attack, one, second, sent, title)
        attack.expect(in_force(target) == before, (title, "in force"))
        before = in_force(target)
    found = list(target.folder.parent.rglob("red-team.bpmn"))
    attack.expect(found == [], found)
    assert attack.findings == []


def test_putting_ones_own_draft_in_force(target: Target, staff: Staff, attack: Attack) -> None:
    """By its author, without a check, as another page saw it, by roles that do not draw."""
    one, second, before = staff("administrator"), staff("spare.administrator.1"), in_force(target)
    begun = send_in(one, "dog_tax.zip", archive({name: text.encode() for name, text in DOG_TAX.items()}))
    place = begun.location
    assert DRAFT.match(place), begun.status
    for seen in ("1", "2", "0", "-1", "x", "99999999999999999999"):
        answer = one.post(f"{place}/publish", seen=seen, reason="自分で")
        attack.expect(not answer.broke and in_force(target) == before, ("its author", seen, answer.status))
    for who in ("section_chief", "auditor", "counter"):
        answer = staff(who).post(f"{place}/publish", seen="1", reason="公開する")
        attack.expect(answer.status == 403 and in_force(target) == before, (who, answer.status))
    for seen in ("0", "7"):
        answer = second.post(f"{place}/publish", seen=seen, reason="確認した")
        attack.expect(not answer.broke and in_force(target) == before, ("an old page", seen))
    for deed in ("discard", "element", "newest", "files", "check"):
        answer = second.post(f"{place}/{deed}", seen="1", process="dog_tax", element="apply", ja="乗っ取り")
        attack.expect("乗っ取り" not in one.get(place).text, ("another one's draft", deed, answer.status))
    attack.expect(one.get(place).status == 200, "the draft was taken from its author")
    one.post(f"{place}/discard", seen="1")
    assert attack.findings == []


def test_putting_ones_own_draft_in_force_some_other_way(target: Target, staff: Staff, attack: Attack) -> None:
    """On a day to come, by waiving a test, from another one's try-out; each by who must not."""
    one, second = staff("administrator"), staff("spare.administrator.1")
    begun = send_in(one, "dog_tax.zip", archive({name: text.encode() for name, text in DOG_TAX.items()}))
    place, cases = begun.location, "SELECT count(*) FROM workflow_case"
    assert DRAFT.match(place), begun.status
    one.post(f"{place}/check", seen="1")
    before = target.read(cases)
    for who, seen in ((one, "1"), (one, "2"), (staff("section_chief"), "1"), (staff("auditor"), "1")):
        answer = who.post(f"{place}/plan", seen=seen, on="R10.4.1", reason="自分で")
        planned = target.read("SELECT count(*) FROM definition_plan")
        attack.expect(not answer.broke and planned == [(0,)], ("a day to come", seen, answer.status))
    for day in ("R2.4.1", "9999-12-31", "R10.13.45", "x" * 5_000, "today"):
        answer = second.post(f"{place}/plan", seen="1", on=day, reason="確認した")
        planned = target.read("SELECT count(*) FROM definition_plan")
        attack.expect(not answer.broke and planned == [(0,)], ("a day that is none", day[:10], answer.status))
    for who in (second, staff("section_chief"), staff("counter")):
        for deed in ("try", "try/task", "try/step", "try/keep", "tests/1/waive", "replay", "diagram"):
            answer = who.post(
                f"{place}/{deed}", seen="1", reason="x", on="R8.11.23", element="apply", told="0"
            )
            attack.expect(not answer.broke, ("another one's draft", deed, answer.status))
            if who is not second:
                attack.expect(answer.status == 403, ("a role that does not draw", deed, answer.status))
    tried = [target.read(f"TABLE {name}") for name in ("try_out", "kept_test", "test_waiver")]
    attack.expect(tried == [[], [], []], ("another one's try-out", tried))
    one.post(f"{place}/try", seen="1", on="R8.11.23")
    for value in HOSTILE_TEXTS:
        for deed in ("try/task", "try/step", "try/keep"):
            answer = one.post(f"{place}/{deed}", element=value, told="0", deed=value, note=value, name=value)
            attack.expect(not answer.broke, ("a try-out", deed, value[:20], answer.status))
            attack.expect("<script>alert(1)" not in answer.text, ("a try-out", deed, "markup"))
        attack.expect(not one.get(f"{place}/try").broke, ("a try-out", value[:20]))
    attack.expect(target.read(cases) == before, "a try-out made a case")
    one.post(f"{place}/discard", seen="1")
    assert attack.findings == []


def test_hostile_texts_of_letters(target: Target, staff: Staff, attack: Attack) -> None:
    """Markup, places and files in a text; one's own put in force; another one's draft changed."""
    one, second = staff("administrator"), staff("spare.administrator.1")
    slugs = sorted(
        set(re.findall(r"/studio/letters/([a-z_]+)", one.get("/studio/letters/").text)) - {"drafts"}
    )
    texts = "SELECT count(*) FROM letter_text"
    before = target.read(texts)
    place = one.post(f"/studio/letters/{slugs[0]}/draft").location
    assert re.fullmatch(r"/studio/letters/drafts/\d+", place)

    def seen() -> str:
        return str(target.read("SELECT lock_version FROM letter_draft")[0][0])

    for value in HOSTILE_TEXTS:
        answer = one.post(place, seen=seen(), heading="お知らせ", body=value)
        attack.expect(not answer.broke, ("saved", value[:20], answer.status))
        for path in (place, f"{place}/preview.pdf"):
            shown = one.get(path)
            attack.expect(not shown.broke, (path, value[:20], shown.status))
            told = "<script>alert(1)" in shown.text or "root:x:0" in shown.text
            attack.expect(not told, (path, value[:20], "markup or a file"))
    for number in (seen(), "0", "99"):
        answer = one.post(f"{place}/publish", seen=number, reason="自分で")
        attack.expect(
            not answer.broke and target.read(texts) == before, ("its author", number, answer.status)
        )
    for deed in ("", "/discard", "/newest"):
        second.post(f"{place}{deed}", seen=seen(), heading="乗っ取り", body="乗っ取り")
        attack.expect("乗っ取り" not in one.get(place).text, ("another one's draft", deed))
    for who in ("section_chief", "auditor", "counter"):
        answer = staff(who).post(f"{place}/publish", seen=seen(), reason="公開する")
        attack.expect(answer.status == 403 and target.read(texts) == before, (who, answer.status))
    attack.expect(one.get(place).status == 200, "the draft was taken from its author")
    one.post(f"{place}/discard", seen=seen())
    assert attack.findings == []


def try_to_put_in_force(attack: Attack, one: Intruder, second: Intruder, sent: Answer, title: str) -> None:
    """What a draft of it shows, what its check says, and what a second person can do with it."""
    attack.expect(not sent.broke and sent.status in {303, 400, 413, 422}, (title, sent.status))
    if not DRAFT.match(sent.location):
        return
    place = sent.location
    for answer in (one.get(place), one.post(f"{place}/check", seen="1"), one.get(place)):
        attack.expect(not answer.broke, (title, answer.status))
        attack.expect("root:x:0" not in answer.text, (title, "a file of the machine"))
        attack.expect("<script>alert(1)" not in answer.text, (title, "markup"))
    attack.expect(not one.get(f"{place}/diagram.bpmn").broke, (title, "its diagram"))
    attack.expect(not second.post(f"{place}/publish", seen="1", reason="確認した").broke, (title, "publish"))
    one.post(f"{place}/discard", seen="1")


def send_in(one: Intruder, name: str, content: bytes) -> Answer:
    file = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart({"csrf_token": one.token(), "file": file})
    return one.ask(
        "POST", "/studio/import", body=body, Content_Type=f"multipart/form-data; boundary={boundary}"
    )


def archive(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return target.getvalue()


def parcels() -> Iterator[tuple[str, str, bytes]]:
    """What it is, its name, its bytes."""
    process = DOG_TAX["process.bpmn"].encode()
    rest = {name: text.encode() for name, text in DOG_TAX.items() if name != "process.bpmn"}
    whole = archive({"process.bpmn": process} | rest)
    for name in NAMES:
        yield f"a file called {name[:40]!r}", "dog_tax.zip", archive({name: process})
    head, _, body = DOG_TAX["process.bpmn"].partition("?>")
    for title, declared in (("an entity", ENTITY), ("a thousand laughs", LAUGHS)):
        text = f"{head}?>{declared}{body}".replace("犬の登録", "&x;" if declared is ENTITY else "&h;")
        yield f"{title} in an archive", "dog_tax.zip", archive({"process.bpmn": text.encode()} | rest)
        yield f"{title} by itself", "process.bpmn", text.encode()
    link = zipfile.ZipInfo("dog_tax/process.bpmn")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    yield "a link", "dog_tax.zip", archive_of(link, b"/etc/passwd")
    yield "a bomb", "dog_tax.zip", archive({"process.bpmn": b" " * 30_000_000})
    yield "many files", "dog_tax.zip", archive({f"{number}.bpmn": b"<a/>" for number in range(3_000)})
    yield "one in another", "dog_tax.zip", archive({"dog_tax.zip": whole})
    yield "cut in the middle", "dog_tax.zip", whole[: len(whole) // 2]
    yield (
        "locked",
        "dog_tax.zip",
        whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
    )
    yield "no archive", "dog_tax.zip", b"PK\x03\x04" + b"\0" * 1_000
    yield "nothing", "dog_tax.zip", b""
    yield "a program", "dog_tax.exe", b"MZ"


def archive_of(name: zipfile.ZipInfo, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        opened.writestr(name, content)
    return target.getvalue()
