"""Requests that no browser of ours sends: forged headers, foreign tokens, odd bytes (T19, T20)."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from portal.security.roles import ROLES
from tests.portal.conftest import PASSWORD
from tests.redteam.conftest import WHOLE, Target
from tests.redteam.intruder import PATIENCE, Answer, Intruder, code_now
from tests.redteam.ledger import Attack
from tests.redteam.routes import routes

Staff = Callable[[str], Intruder]
EVIL = "evil.example"
FORGED = [
    {"Host": EVIL},
    {"Host": f"localhost@{EVIL}"},
    {"Host": f"{EVIL}:80"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1.nip.io"},
    {"Host": "[::1]"},
    {"Host": ""},
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Proto": "https", "X-Forwarded-Host": EVIL, "X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Prefix": f"//{EVIL}"},
    {"X-Forwarded-Server": EVIL},
    {"Forwarded": f"for=127.0.0.1;host={EVIL};proto=https"},
    {"X-Original-URL": "/audit/"},
    {"X-Rewrite-URL": "/audit/"},
    {"X-Real-IP": "127.0.0.1"},
    {"Referer": f"http://{EVIL}/"},
    {"Origin": f"http://{EVIL}"},
    {"HX-Current-URL": f"http://{EVIL}/"},
    {"Accept-Language": "<script>alert(1)</script>"},
    {"X-Script-Name": f"//{EVIL}"},
]
ELSEWHERE = (
    f"http://{EVIL}/x",
    f"//{EVIL}/x",
    f"/\\{EVIL}/x",
    f"\\\\{EVIL}",
    f"/%09/{EVIL}",
    f"///{EVIL}",
    f"http:{EVIL}",
    f"http:///{EVIL}",
    f"https:/{EVIL}",
    f"//localhost@{EVIL}/",
    f"//{EVIL}%2f..",
    "javascript:alert(1)",
    "data:text/html,x",
    f"/\t/{EVIL}",
    f"/\n/{EVIL}",
    f"./..//{EVIL}",
    f"/.{EVIL}",
    "/x\r\nX-Evil: 1",
)
TRAVERSALS = (
    "/static/../settings.py",
    "/static/..%2fsettings.py",
    "/static/%2e%2e/settings.py",
    "/static/%2e%2e%2fapp.py",
    "/static/..%5capp.py",
    "/static/....//app.py",
    "/static/%252e%252e/app.py",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/..%c0%afapp.py",
    "/static/portal.css/../../app.py",
    "/static/.",
    "/static/vendor/",
    "/static/portal.css%00.txt",
    "/../../../../etc/passwd",
    "/.git/config",
    "/server.log",
)
AS_SENT = str.maketrans({"\t": "%09", "\n": "%0a", "\r": "%0d", "\\": "%5c", " ": "%20"})
INSIDE = re.compile(r"root:x:0|from __future__|\[core\]|SECRET_KEY")


def leads_away(answer: Answer, port: int) -> bool:
    """Whether a browser would leave the portal: by the address as a browser reads it."""
    place = re.sub(r"[\t\r\n]", "", answer.location).replace("\\", "/")
    parts = urlsplit(place)
    return bool(parts.netloc or parts.scheme) and place.split("/")[2:3] != [f"localhost:{port}"]


def test_forged_headers(target: Target, staff: Staff, attack: Attack) -> None:
    nobody = target.intruder()
    clerk = staff("counter")
    for forged in FORGED:
        for who, path in ((nobody, "/login/"), (nobody, "/inbox/"), (clerk, "/inbox/"), (clerk, "/profile")):
            answer = who.ask("GET", path, **forged)
            attack.expect(
                not leads_away(answer, target.port) and not answer.broke, (forged, path, answer.location)
            )
            attack.expect(
                EVIL not in answer.text and "<script>alert" not in answer.text, (forged, path, "is told")
            )
        attack.expect(not nobody.ask("GET", "/inbox/", **forged).opened, (forged, "opens"))
        attack.expect(
            clerk.ask("GET", "/audit/", **forged).status in {400, 403}, (forged, "opens the record")
        )
    assert attack.findings == []


def test_forged_source_against_the_limit_of_sign_ins(target: Target, attack: Attack) -> None:
    one = target.intruder()
    token = one.token()
    told = []
    for number in range(22):
        headers = {"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.0.{number}"}
        sent = {"csrf_token": token, "username": "nobody.there", "password": "x"}
        told.append(one.ask("POST", "/login/", sent, **headers).status)
    attack.expect(429 in told, told)
    assert attack.findings == []


def test_other_methods(target: Target, staff: Staff, attack: Attack) -> None:
    clerk = staff("counter")
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "FROB", "get"):
        for path in (
            "/profile/",
            "/inbox/",
            "/cases/1",
            "/login/",
            "/static/portal.css",
            "/api/v1/security/login",
        ):
            answer = clerk.ask(method, path)
            attack.expect(not answer.opened and not answer.broke, (method, path, answer.status))
            attack.expect(clerk.cookies["session"] not in answer.text, (method, path, "echoes the cookie"))
    for headers in (
        {"X-HTTP-Method-Override": "POST"},
        {"X-Method-Override": "DELETE"},
        {"X-HTTP-Method": "PUT"},
    ):
        for path in ("/logout/", "/lock/now", "/profile/?_method=POST"):
            clerk.ask("GET", path, **headers)
            attack.expect(clerk.get("/profile/").opened, (headers, path))
    case, item = target.things.own.cases["counter"]
    before = target.read("SELECT * FROM work_item WHERE id = :id", id=item)
    for route in (one for one in routes() if one.method == "POST" and not one.is_open):
        answer = clerk.get(route.address({"case_id": case, "item_id": item}), X_HTTP_Method_Override="POST")
        attack.expect(not answer.broke, (route.endpoint, answer.status))
    attack.expect(target.read("SELECT * FROM work_item WHERE id = :id", id=item) == before, "GET did it")
    assert attack.findings == []


def test_forms_without_their_token(target: Target, staff: Staff, attack: Attack) -> None:
    """Every POST: without a token, with another's, with one in the address, as JSON, as text."""
    foreign = target.intruder().token()
    posts = [one for one in routes() if one.method == "POST"]
    case, item = target.things.own.cases["counter"]
    for turn, route in enumerate(posts):
        role = next((slug for slug in ROLES if slug in route.roles), "counter")
        who = staff(role)
        address = route.address({"case_id": case, "item_id": item})
        ways = [
            partial(who.ask, "POST", address, {"reason": "x"}, Origin=f"http://{EVIL}"),
            partial(who.ask, "POST", f"{address}?csrf_token={foreign}", {"csrf_token": foreign}),
            partial(who.ask, "POST", address, body=b'{"reason":"x"}', Content_Type="application/json"),
            partial(who.ask, "POST", address, body=b"csrf_token=&reason=x", Content_Type="text/plain"),
        ]
        for number, way in enumerate(ways if WHOLE else (ways[0], ways[1 + turn % 3])):
            answer = way()
            attack.expect(not answer.opened and not answer.broke, (route.endpoint, number, answer.status))
    attack.expect(all(staff(role).get("/profile/").opened for role in ROLES), "somebody was signed out")
    assert attack.findings == []


def test_open_redirects(target: Target, staff: Staff, attack: Attack) -> None:
    clerk = staff("counter")
    for place in ELSEWHERE:
        ways = (
            clerk.ask("GET", "/login/?next=" + place.translate(AS_SENT)),
            clerk.post("/language/", language="ja", next=place),
            clerk.ask("GET", "/lock/?next=" + place.translate(AS_SENT)),
            target.intruder().ask("GET", f"/{place}".translate(AS_SENT)),
        )
        for number, answer in enumerate(ways):
            attack.expect(
                not leads_away(answer, target.port) and not answer.broke, (place, number, answer.location)
            )
    assert attack.findings == []


def test_open_redirects_through_the_door_and_the_lock(target: Target, attack: Attack) -> None:
    for place in ELSEWHERE if WHOLE else ELSEWHERE[:3]:
        wanted = place.translate(AS_SENT)
        one = target.intruder()
        first = one.show_password("certificate_clerk", door=f"/login/?next={wanted}")
        target.forget_codes()
        second = one.show_code(door=f"/login/second?next={wanted}")
        third = one.post("/lock/now", next=place)
        target.forget_codes()
        fourth = one.post(f"/lock/?next={wanted}", password=PASSWORD, code=code_now())
        for number, answer in enumerate((first, second, third, fourth)):
            attack.expect(
                not leads_away(answer, target.port) and not answer.broke, (place, number, answer.location)
            )
    assert attack.findings == []


def test_paths_out_of_the_static_files(target: Target, attack: Attack) -> None:
    for path in TRAVERSALS:
        answer = raw(
            target.port, f"GET {path} HTTP/1.1\r\nHost: localhost:{target.port}\r\nConnection: close\r\n\r\n"
        )
        attack.expect(not INSIDE.search(answer) and not answer.startswith("HTTP/1.1 5"), (path, answer[:80]))
        attack.expect(not answer.startswith("HTTP/1.1 200"), (path, "is given"))
    assert attack.findings == []


def raw(port: int, sent: str) -> str:
    """Send bytes as they are; all that comes back."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        line.sendall(sent.encode("latin-1"))
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b"")).decode("utf-8", "replace")


def smuggled(cookie: str, port: int) -> list[str]:
    """Requests of which two readers might see different ends."""
    inner = f"GET /profile/ HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: session={cookie}\r\n\r\n"
    head = f"POST /login/ HTTP/1.1\r\nHost: localhost:{port}\r\n"
    size = f"Content-Length: {len(inner) + 5}\r\n"
    return [
        f"{head}{size}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}",
        f"{head}Content-Length: 0\r\n{size}\r\n{inner}",
        f"{head}Content-Length: 0, {len(inner)}\r\n\r\n{inner}",
        f"{head}Content-Length: +0\r\n\r\n{inner}",
        f"{head}Content-Length: 0x0\r\n\r\n{inner}",
        f"{head}Transfer-Encoding: xchunked\r\n{size}\r\n0\r\n\r\n{inner}",
        f"{head}Transfer-Encoding : chunked\r\n{size}\r\n0\r\n\r\n{inner}",
        f"{head}Transfer-Encoding:\x0bchunked\r\n{size}\r\n0\r\n\r\n{inner}",
        f"{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{inner}",
        f"{head}Transfer-Encoding: chunked\r\n\r\n-1\r\n{inner}",
        f"{head}X: a\nTransfer-Encoding: chunked\r\n{size}\r\n0\r\n\r\n{inner}",
        f"{head}Content_Length: 5\r\nContent-Length: 0\r\nContent-Length: 9\r\n\r\n{inner}",
        f"GET http://{EVIL}/profile/ HTTP/1.1\r\nHost: {EVIL}\r\n\r\n",
        f"GET /profile/ HTTP/1.1\r\nHost: localhost:{port}\r\nHost: {EVIL}\r\n\r\n",
        f"GET /profile/\r\nHost: {EVIL}\r\n\r\n",
        f"GET /profile/ HTTP/9.9\r\nHost: localhost:{port}\r\n\r\n",
        f"GET /{'a' * 9000} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nX: {'b' * 70_000}\r\n\r\n",
    ]


def test_smuggled_requests(target: Target, staff: Staff, attack: Attack) -> None:
    """No odd framing is read as one request and answered as another; nothing is told of the inside."""
    cookie = staff("counter").cookies["session"]
    for number, sent in enumerate(smuggled(cookie, target.port)):
        answer = raw(target.port, sent)
        first = answer.split("\r\n", 1)[0]
        attack.expect(
            first[9:12] in {"400", "414", "431", "501", "505", ""} or (number == 12 and first[9:10] in "34"),
            (number, first),
        )
        attack.expect(
            "Traceback" not in answer and EVIL not in answer.partition("\r\n\r\n")[0], (number, answer[:200])
        )
    assert attack.findings == []


def test_split_headers(target: Target, staff: Staff, attack: Attack) -> None:
    """What is sent back in a header begins no header of its own."""
    clerk = staff("counter")
    for end in ("%0d%0aX-Evil:%201", "%0aX-Evil:%201", "%e5%98%8a%e5%98%8dX-Evil:1", "%0d%0a%0d%0a<script>"):
        for path in (f"/login/?next=/x{end}", f"/inbox/{end}", f"/lock/?next=/{end}", f"/persons/?q={end}"):
            for who in (clerk, target.intruder()):
                answer = who.ask("GET", path)
                attack.expect("x-evil" not in answer.headers and not answer.broke, (path, answer.headers))
    assert attack.findings == []


def test_error_pages(target: Target, staff: Staff, attack: Attack) -> None:
    """Pages of errors echo nothing as markup and tell nothing of the inside or of people."""
    clerk = staff("counter")
    markup = "<script>alert(1)</script>"
    sent = [
        clerk.get(f"/nothing/{markup}"),
        clerk.get(f"/persons/?q={markup}"),
        clerk.get(f"/inbox/?procedure={markup}&after={markup}"),
        clerk.get("/persons/?q=%00"),
        clerk.get("/persons/?q=%ff%fe"),
        clerk.get("/%ff%fe"),
        clerk.get(f"/notifications/new/{markup}/{markup}"),
        clerk.ask(
            "POST", "/persons/", body=b"\xff\xfe=%ZZ", Content_Type="application/x-www-form-urlencoded"
        ),
        clerk.ask("POST", "/persons/", body=b"--x\r\n", Content_Type="multipart/form-data; boundary=x"),
        clerk.ask("POST", "/persons/", body=b"x" * 100, Content_Type="multipart/form-data"),
        clerk.ask("POST", "/persons/", body=b"a=1&" * 3000, Content_Type="application/x-www-form-urlencoded"),
        clerk.post("/persons/", q=markup),
        clerk.post("/lookup/person", q=markup),
        clerk.post("/lookup/" + "x" * 2000, q=markup),
        clerk.get("/cases/999999999"),
        clerk.get("/print/"),
    ]
    for number, answer in enumerate(sent):
        attack.expect(not answer.broke, (number, answer.status))
        attack.expect(markup not in answer.text, (number, "markup"))
        attack.expect("nosniff" in answer.headers.get("x-content-type-options", ""), (number, "nosniff"))
        attack.expect("no-store" in answer.headers.get("cache-control", ""), (number, "kept"))
    assert attack.findings == []
