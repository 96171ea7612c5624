"""Cookies, codes and passwords: stolen, planted, replayed, guessed (T11, T21, L1, L2, M17, M23)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from portal import clock
from tests.portal.conftest import CODE, PASSWORD, SHOWN_SECRET
from tests.redteam.conftest import Target
from tests.redteam.intruder import Intruder, code_now
from tests.redteam.ledger import Attack

NEW = "another 九官鳥 story"
PAGES = ("/", "/inbox/", "/profile/", "/persons/?q=a", "/jobs/1/progress", "/notifications/new/")
IDLE = timedelta(minutes=11)


def opens_something(one: Intruder) -> list[str]:
    """The pages that a cookie opens."""
    return [path for path in PAGES if one.get(path).opened]


def by_signing_out(_: Target, one: Intruder, __: str) -> None:
    one.post("/logout/")


def by_another_sign_in(target: Target, _: Intruder, name: str) -> None:
    target.enter(name)


def by_a_new_password(_: Target, one: Intruder, __: str) -> None:
    assert one.post("/profile/", now=PASSWORD, new=NEW).status == 303


def by_an_administrator(target: Target, _: Intruder, name: str) -> None:
    keeper = target.enter("administrator")
    assert keeper.post(f"/staff/security/{target.id_of(name)}/end").status == 303


def by_leaving_the_office(target: Target, _: Intruder, name: str) -> None:
    keeper = target.enter("administrator")
    fields = {"username": name, "last_name": "同僚", "first_name": "太郎", "email": f"{name}@example.invalid"}
    assert keeper.post(f"/staff/edit/{target.id_of(name)}", **fields).status in {302, 303}


def by_other_roles(target: Target, _: Intruder, name: str) -> None:
    people = target.enter("administrator"), target.enter("spare.administrator.1")
    change_roles(*people, target.id_of(name), "verifier")


def change_roles(keeper: Intruder, second: Intruder, who: int, role: str) -> None:
    """Two administrators change what somebody is."""
    asked = keeper.post(f"/rights/requests/account/{who}", right=[role], reason="辞令", sure="1")
    assert asked.status == 303, asked.text
    assert second.post(f"{asked.location}/decide", verdict="approve", words="辞令を確認").status == 303


ENDS = (
    by_signing_out,
    by_another_sign_in,
    by_a_new_password,
    by_an_administrator,
    by_leaving_the_office,
    by_other_roles,
)


@pytest.mark.parametrize("end", ENDS)
def test_replay_of_a_cookie_after_its_end(
    target: Target, attack: Attack, end: Callable[[Target, Intruder, str], None]
) -> None:
    name = target.somebody_new("counter")
    one = target.enter(name)
    stolen = one.copy()
    assert opens_something(stolen), "it was good before"
    end(target, one, name)
    for path in PAGES:
        attack.expect(not stolen.copy().get(path).opened, (end.__name__, path))
    assert attack.findings == []


def test_session_fixation(target: Target, attack: Attack) -> None:
    one = target.intruder()
    one.cookies["session"] = "~planted-by-somebody-else"
    seen = [dict(one.cookies)]
    name = target.somebody_new("counter")
    for step in (lambda: one.get("/login/"), lambda: one.show_password(name), one.show_code):
        step()
        seen.append(dict(one.cookies))
    assert one.get("/inbox/").opened
    for earlier in seen[:-1]:
        old = target.intruder(agent=one.agent, address=one.address)
        old.cookies = earlier
        attack.expect(earlier.get("session") != one.cookies["session"], "the token stayed the same")
        attack.expect(not opens_something(old), "an earlier cookie opens pages")
    assert attack.findings == []


def test_cookie_carried_elsewhere(target: Target, attack: Attack) -> None:
    for changed in ({"address": "127.0.0.253"}, {"agent": "Another browser"}):
        one = target.enter(target.somebody_new("counter"))
        attack.expect(not opens_something(one.copy(**changed)), changed)
    assert attack.findings == []


def test_password_alone(target: Target, attack: Attack) -> None:
    one = target.intruder()
    assert one.show_password("section_chief").status == 302
    for path in (*PAGES, "/ex-officio/", "/enrol/passkey/options", "/prove/", "/lock/", "/audit/"):
        attack.expect(not one.get(path).opened or path == "/lock/", path)
    for path in ("/enrol/totp", "/enrol/passkey", "/prove/", "/lock/", "/ex-officio/make", "/inbox/"):
        answer = one.post(path, code=code_now(), password=PASSWORD)
        attack.expect(not answer.opened or answer.location in {"/", "/enrol/"}, (path, answer.status))
    attack.expect(not opens_something(one), "some door made the session whole")
    assert attack.findings == []


def test_replay_of_one_time_codes(target: Target, attack: Attack) -> None:
    name = target.somebody_new("counter")
    one, two = target.intruder(), target.intruder()
    one.show_password(name)
    code = code_now()
    assert one.show_code(code).status == 302
    two.show_password(name)
    attack.expect(two.show_code(code).status == 401, "the second step")
    attack.expect(not opens_something(two), "a cookie by a used code")
    attack.expect(one.post("/prove/", code=code).status == 401, "the proof")
    one.post("/lock/now")
    attack.expect(one.post("/lock/", password=PASSWORD, code=code).status == 401, "the lock")
    for odd in ("", "000000", code[:5], f"{code}0", code.translate(WIDE), "٣" * 6):
        attack.expect(two.show_code(odd or " ").status == 401, odd)
    assert attack.findings == []


WIDE = str.maketrans("0123456789", "0123456789")


def test_idle_lock_bypass(target: Target, attack: Attack) -> None:
    name = target.somebody_new("counter")
    one = target.enter(name)
    let_be_idle(target, name, IDLE / 2)
    before = seen_at(target, name)
    for _ in range(3):
        one.get("/jobs/1/progress", HX_Request="true")
        one.get("/static/portal.css")
    attack.expect(seen_at(target, name) == before, "polling keeps it alive")
    let_be_idle(target, name, IDLE)
    for path in PAGES:
        for headers in (
            {},
            {"HX-Request": "true"},
            {"X-Requested-With": "XMLHttpRequest"},
            {"Accept": "application/json"},
        ):
            answer = one.ask("GET", path, **headers)
            attack.expect(not answer.opened, (path, headers, answer.status))
    for method in ("HEAD", "OPTIONS"):
        answer = one.ask(method, "/persons/?q=a")
        attack.expect(not answer.opened, (method, answer.status))
    for path in ("/inbox/", "/persons/", "/cases/1/withdraw", "/profile/", "/enrol/ticket", "/prove/"):
        answer = one.post(path, q="a")
        attack.expect(not answer.opened, (path, answer.status))
    attack.expect(
        not one.post("/lock/", password=PASSWORD, code="123456").opened, "unlocked by password alone"
    )
    answer = one.get("/language/")
    attack.expect(not answer.opened, "the language")
    assert attack.findings == []


def let_be_idle(target: Target, name: str, ago: timedelta) -> None:
    target.change(
        "UPDATE user_session SET seen_at = :at WHERE user_id = :who AND ended_at IS NULL",
        at=clock.now() - ago,
        who=target.id_of(name),
    )


def seen_at(target: Target, name: str) -> object:
    statement = "SELECT seen_at FROM user_session WHERE user_id = :who AND ended_at IS NULL"
    return target.read(statement, who=target.id_of(name))[0][0]


def test_brute_force_across_doors(target: Target, attack: Attack) -> None:
    """Ten failures at any doors, from any terminals and behind any forged address, stop an account."""
    name = target.somebody_new("counter")
    half = target.intruder()
    half.show_password(name)
    for number in range(4):
        target.intruder().show_password(name, f"wrong {number} battery")
        half.post("/login/second", code=f"00000{number}")
    for number in range(3):
        guess = {"username": name, "code": f"ABCDEFGH{number}", "new": NEW, "again": NEW}
        target.intruder().post("/enrol/begin", **guess)
    right = target.intruder()
    attack.expect(right.show_password(name).status == 429, "the right password after ten failures")
    target.forget_codes()
    attack.expect(half.post("/login/second", code=code_now()).status in {401, 429}, "the right code too")
    attack.expect(not opens_something(half), "somebody is in")
    answer = target.intruder().ask("POST", "/api/v1/security/login", {"username": name, "password": PASSWORD})
    attack.expect(answer.status in {400, 403}, f"the token door: {answer.status}")
    attack.expect(target.intruder().show_password("verifier").status == 302, "others are stopped too")
    assert attack.findings == []


def test_guessing_the_password_behind_an_open_session(target: Target, attack: Attack) -> None:
    """Whoever sits down at an open screen learns no password by trying it on the page of settings."""
    name = target.somebody_new("counter")
    one = target.enter(name)
    tried = [one.post("/profile/", now=f"guess {number} battery", new=NEW).status for number in range(10)]
    attack.expect(one.post("/profile/", now=PASSWORD, new=NEW).status != 303, f"ten guesses: {tried}")
    assert attack.findings == []


def test_enrolment_tickets_used_again(target: Target, attack: Attack) -> None:
    keeper = target.enter("administrator")
    newcomer = "other.auditor"
    shown = keeper.post(f"/staff/security/{target.id_of(newcomer)}/ticket").text
    found = CODE.search(shown)
    assert found
    ticket = {"username": newcomer, "code": found[1], "new": PASSWORD, "again": PASSWORD}
    for other in ("counter.hanako", "other.administrator", "nobody"):
        answer = target.intruder().post("/enrol/begin", **ticket | {"username": other})
        attack.expect(answer.status == 401, (other, answer.status))
    mine = target.intruder()
    assert mine.post("/enrol/begin", **ticket).status == 303
    secret = SHOWN_SECRET.search(unescape(mine.get("/enrol/").text))
    assert secret
    again = target.intruder().post("/enrol/begin", **ticket)
    attack.expect(again.status == 401, f"a second terminal: {again.status}")
    attack.expect(not opens_something(mine), "in before the factor")
    assert attack.findings == []
