"""Scans: only listed papers, only pictures and PDF by their content, never too large, never by their name."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from models.document import Attachment, StoredBlob
from portal.extensions import db
from tests.portal.bad_input.conftest import Clerk

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
MEGABYTE = 1024 * 1024
KIND = "move_out_certificate"
NAMES = [
    ("<script>alert(1)</script>.pdf", "script_"),
    ("../../etc/passwd", "passwd"),
    ("..\\..\\windows\\system.ini", "system"),
    ("見本\u202efdp.exe", "見本fdp"),
    ("a\tb\x1b.pdf", "ab"),
    ("長" * 300 + ".pdf", "長" * 80),
]
NO_SCANS = [
    (b"<html><script>alert(1)</script></html>", "scan.pdf"),
    (b"MZ\x90\x00\x03" + bytes(100), "scan.png"),
    (b"PK\x03\x04" + bytes(100), "scan.jpg"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "scan.png"),
    (b"", "empty.pdf"),
]
Attach = Callable[..., Any]


@pytest.fixture
def case(counter: Clerk) -> str:
    return counter.begun()


@pytest.fixture
def attach(counter: Clerk, case: str) -> Attach:
    """Send a scan of the case; the page that follows, or the refusal."""

    def add(content: bytes, name: str = "scan.pdf", kind: str = KIND) -> Any:
        answer = send(counter, case, content, name, kind)
        return counter.get(answer.location) if answer.status_code == 303 else answer

    return add


def send(counter: Clerk, case: str, content: bytes, name: str, kind: str = KIND) -> Any:
    file = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart({"csrf_token": counter.token(), "kind": kind, "file": file})
    sent_as = f"multipart/form-data; boundary={boundary}"
    return counter.client.post(f"{case}/attachments", data=body, content_type=sent_as)


def kept(app: Flask) -> list[Attachment]:
    with app.app_context():
        return list(db.session.scalars(select(Attachment).order_by(Attachment.id)))


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "blobs").rglob("*") if path.is_file()]


def test_a_scan_of_thirty_megabytes_is_refused_whole(
    attach: Attach, app: Flask, tmp_path: Path, language: str
) -> None:
    answer = attach(PDF + bytes(30 * MEGABYTE))
    assert answer.status_code == 413
    assert ("ファイルが大きすぎます" if language == "ja" else "The file is too large") in answer.text
    assert ("25MB" if language == "ja" else "25 MB") in answer.text
    assert kept(app) == []
    assert files(tmp_path) == []


def test_a_scan_just_over_the_limit_is_refused_with_words(
    attach: Attach, app: Flask, tmp_path: Path, language: str
) -> None:
    page = attach(PDF + bytes(20 * MEGABYTE))
    assert page.status_code == 422
    assert ("20MBまでです" if language == "ja" else "larger than 20 MB") in page.text
    assert f'<option value="{KIND}" selected>' in page.text
    assert kept(app) == []
    assert files(tmp_path) == []


def test_the_name_of_a_file_is_only_text(enter: Callable[..., Clerk], app: Flask) -> None:
    counter = enter("counter")
    case = counter.begun()
    for name, shown in NAMES:
        send(counter, case, PDF, name)
        row = kept(app)[-1]
        assert row.file_name.endswith(".pdf")
        assert shown in row.file_name
        assert not set(row.file_name) & set('<>/\\:"|?*\t\x1b\u202e')
        answer = counter.get(f"{case}/attachments/{row.id}")
        assert answer.data == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(kept(app)) == len(NAMES)
    assert "<script>alert(1)" not in counter.get(case).text


def test_what_is_no_scan_by_its_content_is_refused(
    enter: Callable[..., Clerk], app: Flask, tmp_path: Path
) -> None:
    counter = enter("counter")
    case = counter.begun()
    for content, name in NO_SCANS:
        page = send(counter, case, content, name).text
        assert "ファイルが空です" in page or "PDF・JPEG・PNG以外" in page, name
    assert kept(app) == []
    assert files(tmp_path) == []


def test_papers_that_show_a_number_or_a_face_are_never_kept(
    attach: Attach, app: Flask, tmp_path: Path, language: str
) -> None:
    for kind in ("my_number_card", "notification_card", "drivers_license", "", "no_such_paper"):
        page = attach(PNG, "scan.png", kind)
        assert ("保存できません" if language == "ja" else "may not be kept") in page.text
    assert kept(app) == []
    assert files(tmp_path) == []


def test_a_scan_lies_sealed_and_nobody_else_opens_it(
    attach: Attach, app: Flask, case: str, tmp_path: Path, enter: Callable[..., Clerk]
) -> None:
    assert attach(PDF + b"secret of the paper").status_code == 200
    (row,) = kept(app)
    (file,) = files(tmp_path)
    assert b"secret of the paper" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    with app.app_context():
        assert db.session.get_one(StoredBlob, row.sha256).size == row.size
    assert enter("counter").get(f"{case}/attachments/{row.id + 1}").status_code == 404
    assert enter("administrator").get(f"{case}/attachments/{row.id}").status_code == 403
    assert Clerk(app).get(f"{case}/attachments/{row.id}").status_code == 302
