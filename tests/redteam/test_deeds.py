"""Ids of others, races, one person in two roles: nobody approves what is his own (T09, T11 to T14)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.portal.bad_input.conftest import FORM, filled_in
from tests.portal.bad_input.test_tasks import SHOWN
from tests.portal.test_rights_matrix import ALL_OFFICES, CANARIES
from tests.redteam.conftest import ELSEWHERE, WHOLE, Target
from tests.redteam.intruder import KEY, Intruder
from tests.redteam.ledger import Attack
from tests.redteam.routes import routes
from tests.redteam.test_sessions import change_roles

Staff = Callable[[str], Intruder]
AT_ONCE = 4
ROLE = "certificate_clerk"  # of the deputy
WIDE = str.maketrans("0123456789", "".join(chr(0xFF10 + digit) for digit in range(10)))
LOOKS_THE_SAME = ("{}", "W{}", " {}", "{}\u200b", "\ufeff{}", "{}\u00ad", "{}\u3000", "{}\u202e", "{}\u0000")
SENT = {"reason": "確認のため", "words": "確認", "verdict": "refuse", "kind": "returned", "way": "post"}
PROGRAM = {"Content_Type": "application/json"}


def key_of(one: Intruder, path: str) -> str:
    found = KEY.search(one.get(path).text)
    assert found, path
    return found[1]


def test_ids_of_another_office(target: Target, staff: Staff, attack: Attack) -> None:
    own, other = target.things.own, target.things.other
    for role in ELSEWHERE:
        stranger = staff(f"other.{role}")
        token = stranger.token()
        for route in (one for one in routes() if one.is_of_an_office and role in one.roles):
            if route.endpoint in ALL_OFFICES:
                continue
            mixed = other.of(role, route.endpoint) | {
                name: value for name, value in own.of(role, route.endpoint).items() if name != "case_id"
            }
            for values in (own.of(role, route.endpoint), mixed):
                if values is mixed and set(route.blanks) <= {"case_id", "slug"}:
                    continue
                key = f"{role}-{len(attack.findings):020}"
                address = route.address(values | {"slug": "reception_slip"})
                if route.method != "POST":
                    answer = stranger.ask(route.method, address)
                elif address.startswith("/api/"):
                    answer = stranger.ask(
                        "POST",
                        address,
                        body=b"{}",
                        **{**PROGRAM, "X_CSRFToken": token, "Idempotency_Key": key},
                    )
                else:
                    form = {"csrf_token": token, "deed_key": key, **SENT}
                    answer = stranger.ask("POST", address, form)
                attack.expect(answer.status in {403, 404}, (role, route.method, address, answer.status))
                attack.expect(CANARIES[0] not in answer.text, (role, address, "tells a name"))
        attack.expect(stranger.get("/profile/").opened, (role, "his session ended on the way"))
    assert attack.findings == []


def take_in(one: Intruder) -> tuple[str, str]:
    """A case that was just taken in at the counter, and the address of its first task."""
    begun = one.post(FORM, **filled_in(), deed_key=key_of(one, FORM))
    assert begun.status == 303, begun.text
    first = re.search(rf'action="({begun.location}/tasks/\d+)"', one.get(begun.location).text)
    assert first
    return begun.location, first[1]


def test_races_for_one_task(target: Target, staff: Staff, attack: Attack) -> None:
    """Two people, each with several windows, send the same task at the same moment: one deed."""
    people = [staff("counter"), staff("spare.counter.9")]
    for _ in range(10 if WHOLE else 1):
        case, task = take_in(people[0])
        sends = []
        for one in people * AT_ONCE:
            fields = {**SHOWN, "csrf_token": one.token(), "deed_key": key_of(one, case)}
            sends.append(partial(one.copy().ask, "POST", task, fields))
        told = at_once(sends)
        attack.expect(told.count(303) == 1, told)
        attack.expect(set(told) <= {303, 409}, told)
        statement = "SELECT count(*) FROM case_event WHERE case_id = :id AND kind = 'completed'"
        deeds = target.read(statement, id=int(case.rsplit("/", 1)[1]))
        attack.expect(deeds == [(2,)], f"the entry and this task: {deeds}")
    assert attack.findings == []


def at_once(sends: list[partial]) -> list[int]:
    """Send all at the same moment; the answers' numbers."""
    with ThreadPoolExecutor(len(sends)) as pool:
        return [one.result().status for one in [pool.submit(send) for send in sends]]


def test_races_for_one_approval(target: Target, staff: Staff, attack: Attack) -> None:
    """Two administrators approve and refuse the same request at once: one decision; the roles follow it."""
    who = target.id_of(target.somebody_new("verifier"))
    asked = staff("administrator").post(
        f"/rights/requests/account/{who}", right=["certificate_clerk"], reason="辞令", sure="1"
    )
    assert asked.status == 303, asked.text
    deciders = [staff("spare.administrator.1"), staff("spare.administrator.2")]
    sends = []
    for number, one in enumerate(deciders * AT_ONCE):
        fields = {"csrf_token": one.token(), "verdict": ("approve", "refuse")[number % 2], "words": "確認"}
        sends.append(partial(one.copy().ask, "POST", f"{asked.location}/decide", fields))
    told = at_once(sends)
    attack.expect(told.count(303) == 1, told)
    states = target.read("SELECT state FROM right_request WHERE user_id = :who", who=who)
    changes = target.read(
        "SELECT count(*) FROM right_request WHERE user_id = :who AND decided_at IS NOT NULL", who=who
    )
    attack.expect(changes == [(1,)] and states[0][0] in {"approved", "refused"}, (states, changes))
    roles = target.read(
        "SELECT r.name FROM ab_user_role ur JOIN ab_role r ON r.id = ur.role_id WHERE ur.user_id = :who",
        who=who,
    )
    expected = "certificate_clerk" if states[0][0] == "approved" else "verifier"
    attack.expect(roles == [(expected,)], (states, roles))
    assert attack.findings == []


def test_approving_ones_own_request(target: Target, staff: Staff, attack: Attack) -> None:
    keeper, subject = staff("administrator"), staff("spare.administrator.2")
    own, his = target.id_of("administrator.hanako"), target.id_of("spare.administrator.2")
    mine = keeper.post(
        f"/rights/requests/account/{own}", right=["administrator", "auditor"], reason="x", sure="1"
    )
    attack.expect(mine.status in {403, 422}, f"for himself: {mine.status}")
    for right in (["counter", "verifier"], ["administrator", "counter"], ["auditor", "section_chief"]):
        address = f"/rights/requests/account/{target.id_of('spare.counter.2')}"
        answer = keeper.post(address, right=right, reason="両方", sure="1")
        attack.expect(answer.status == 422 or right[0] == "auditor", (right, answer.status))
        if answer.status == 303:
            keeper.post(f"{answer.location}/withdraw")
    asked = keeper.post(f"/rights/requests/account/{his}", right=["auditor"], reason="異動", sure="1")
    assert asked.status == 303, asked.text
    for who in (keeper, subject):
        answer = who.post(f"{asked.location}/decide", verdict="approve", words="自分で")
        attack.expect(answer.status == 403, f"decided by one who may not: {answer.status}")
    for deed in ("ticket", "recovery", "recovery/approve", "release"):
        answer = keeper.post(f"/staff/security/{own}/{deed}", reason="忘れた")
        attack.expect(answer.status in {403, 404, 422} or deed == "release", (deed, answer.status))
    keeper.post(f"/staff/security/{his}/recovery", reason="忘れた")
    for who in (keeper, subject):
        answer = who.post(f"/staff/security/{his}/recovery/approve")
        attack.expect(not answer.opened, f"the asker or the person approves: {answer.status}")
    before = target.read("SELECT role_id FROM ab_user_role WHERE user_id = :id ORDER BY 1", id=own)
    keeper.post(f"/staff/edit/{own}", roles=["1", "2", "3"], username="administrator.hanako", active="y")
    attack.expect(
        target.read("SELECT role_id FROM ab_user_role WHERE user_id = :id ORDER BY 1", id=own) == before,
        "by the form",
    )
    keeper.post(f"{asked.location}/withdraw")
    assert attack.findings == []


def test_a_second_account_of_one_person(target: Target, staff: Staff, attack: Attack) -> None:
    """A staff number or a name that only looks like another one makes no second person of somebody."""
    keeper = staff("administrator")
    number, office = target.read(
        "SELECT p.staff_number, p.office_id FROM posting p JOIN ab_user u ON u.id = p.user_id "
        "WHERE u.username = 'counter.hanako'"
    )[0]
    place = {"username": "spare.verifier.2", "office_id": office, "from_on": "R2.4.2"}
    postings = target.read("SELECT count(*) FROM posting")
    for written in LOOKS_THE_SAME:
        told = written.format(str(number).translate(WIDE) if "W" in written else number).replace("W", "")
        answer = keeper.post("/postings/add", **place, staff_number=told)
        held = not answer.broke and target.read("SELECT count(*) FROM posting") == postings
        attack.expect(held, ("a staff number", ascii(told), answer.status))
    assert keeper.post("/postings/add", **place, staff_number="７７001").status == 303
    attack.expect(target.read("SELECT id FROM posting WHERE staff_number = '77001'") != [], "its plain form")
    people = target.read("SELECT count(*) FROM ab_user")
    names = [one.format("counter.hanako").replace("W", "") for one in LOOKS_THE_SAME]
    for turn, name in enumerate([*names, "COUNTER.HANAKO", "c\u043eunter.hanako", "counter\u2024hanako"]):
        person = {"username": name, "last_name": "窓口", "first_name": "花子", "active": "y"}
        answer = keeper.post("/staff/add", **person, email=f"twin{turn}@example.invalid")
        held = not answer.broke and target.read("SELECT count(*) FROM ab_user") == people
        attack.expect(held, ("an account", ascii(name), answer.status))
    assert attack.findings == []


def test_verifying_ones_own_entry(target: Target, staff: Staff, attack: Attack) -> None:
    """By an emergency right, and after a change of roles: the person stays the one who entered it."""
    name = target.somebody_new("counter")
    one = target.enter(name)
    case, first = take_in(one)
    assert one.post(first, **SHOWN, deed_key=key_of(one, case)).status == 303
    statement = "SELECT id, role FROM work_item WHERE case_id = :id AND state = 'open'"
    ((item, role),) = target.read(statement, id=int(case.rsplit("/", 1)[1]))
    assert role == "verifier"

    def tries(way: str) -> None:
        for deed in ("", "/take"):
            sent = one.post(
                f"{case}/tasks/{item}{deed}", deed_key=f"own-{way}", event_on="R8.11.23", reason="01"
            )
            attack.expect(sent.status in {403, 404}, (way, deed, sent.status))

    tries("as he is")
    for colleague in (staff("verifier"), staff("section_chief"), one):
        colleague.post(f"{case}/tasks/{item}/delegate", to=target.id_of(name))
        ((whose,),) = target.read("SELECT assignee_id FROM work_item WHERE id = :id", id=item)
        attack.expect(whose != target.id_of(name), "a colleague hands him the task")
    tries("as the deputy of a colleague")
    one.post("/emergency/begin", role="verifier", reason="窓口が込み合い確認の担当が不在のため")
    tries("by an emergency right")
    change_roles(staff("administrator"), staff("spare.administrator.1"), target.id_of(name), "verifier")
    one = target.enter(name)
    assert one.get("/inbox/").opened
    tries("as a verifier now")
    ((state,),) = target.read("SELECT state FROM work_item WHERE id = :id", id=item)
    attack.expect(state == "open", state)
    assert attack.findings == []


def set_absence(chief: Intruder, target: Target, whose: str, deputy: str) -> int:
    return chief.post("/absences/", user=target.id_of(whose), deputy=target.id_of(deputy)).status


def call_off_all(chief: Intruder, target: Target) -> None:
    for (row,) in target.read("SELECT id FROM absence WHERE called_off_at IS NULL"):
        chief.post(f"/absences/{row}/call-off")


def test_a_deputy_goes_beyond_what_he_is_lent(target: Target, staff: Staff, attack: Attack) -> None:
    """The deputy of the chief is no chief; of a verifier none; duties that check one another never meet."""
    chief, clerk, counter = staff("section_chief"), staff("certificate_clerk"), staff("counter")
    me = f"{ROLE}.hanako"
    absent = "SELECT count(*) FROM absence"
    assert set_absence(chief, target, "section_chief.hanako", me) == 303
    before = target.read(absent)
    for whose in ("verifier.hanako", "counter.hanako", "spare.verifier.1"):
        told = set_absence(clerk, target, whose, me)
        attack.expect(told == 403 and target.read(absent) == before, ("in the chief's place", whose, told))
    token = clerk.token()
    of_the_chief = [one for one in routes() if "section_chief" in one.roles and ROLE not in one.roles]
    for route in of_the_chief[:: 1 if WHOLE else 8]:
        form = {"csrf_token": token, **SENT} if route.method == "POST" else None
        told = clerk.ask(route.method, route.address(target.things.own.of(ROLE, route.endpoint)), form).status
        attack.expect(told in {403, 404}, ("in the chief's place", route.endpoint, told))
    call_off_all(chief, target)
    assert set_absence(chief, target, "verifier.hanako", me) == 303
    asked = staff("administrator").post(
        f"/rights/requests/account/{target.id_of(me)}", right=["counter"], reason="辞令", sure="1"
    )
    if asked.status == 303:
        staff("spare.administrator.1").post(f"{asked.location}/decide", verdict="approve", words="確認")
        staff("administrator").post(f"{asked.location}/withdraw")
    roles = target.read(
        "SELECT r.name FROM ab_user_role ur JOIN ab_role r ON r.id = ur.role_id WHERE ur.user_id = :who",
        who=target.id_of(me),
    )
    attack.expect(roles == [(ROLE,)], ("another role while he verifies for somebody", roles))
    for chain in (("verifier.hanako", "counter.hanako"), (me, "counter.hanako"), (me, "verifier.hanako")):
        told = set_absence(chief, target, *chain)
        attack.expect(told == 422, ("a chain that brings duties together, or a circle", chain, told))
    attack.expect(counter.get("/inbox/").opened and counter.post("/confirmations/1").status == 403, "a clerk")
    call_off_all(chief, target)
    assert attack.findings == []


def test_a_deputy_approves_what_he_entered(target: Target, staff: Staff, attack: Attack) -> None:
    """By an emergency right he takes in, as the deputy of a verifier he would verify; and when it is over."""
    chief = staff("section_chief")
    name = "spare.certificate_clerk.1"
    clerk = target.enter(name)
    assert set_absence(chief, target, "verifier.hanako", name) == 303
    began = clerk.post("/emergency/begin", role="counter", reason="窓口が込み合い受付の担当が不在のため")
    attack.expect(not began.broke, began.status)
    case, first = take_in(clerk)
    sent = clerk.post(first, **SHOWN, deed_key=key_of(clerk, case))
    assert sent.status in {303, 403}, sent.status
    if sent.status == 403:
        counter = staff("counter")
        assert counter.post(first, **SHOWN, deed_key=key_of(counter, case)).status == 303
    statement = "SELECT id, role FROM work_item WHERE case_id = :id AND state = 'open'"
    ((item, role),) = target.read(statement, id=int(case.rsplit("/", 1)[1]))
    assert role == "verifier"
    for deed in ("", "/take"):
        told = clerk.post(
            f"{case}/tasks/{item}{deed}", deed_key=f"own{deed}", event_on="R8.11.23", reason="01"
        )
        attack.expect(told.status in {403, 404}, ("his own entry", deed, told.status))
    token = clerk.token()
    for deed in ("take", "complete"):
        told = clerk.ask(
            "POST",
            f"/api/v1/tasks/{item}/{deed}",
            body=b"{}",
            **{**PROGRAM, "X_CSRFToken": token, "Idempotency_Key": f"own-entry-{deed}"},
        )
        attack.expect(told.status in {400, 403, 404}, ("his own entry by the API", deed, told.status))
    call_off_all(chief, target)
    other, _ = take_in(staff("counter"))
    told = clerk.get(f"{other}")
    attack.expect(not told.broke, "a case after the absence")
    attack.expect("(代理)" not in clerk.get("/inbox/").text, "a deputy after the absence")
    ((state,),) = target.read("SELECT state FROM work_item WHERE id = :id", id=item)
    attack.expect(state == "open", state)
    assert attack.findings == []
