"""Answers that are no page: which they are, and the list to which each of them is held (L6, M32)."""

from pathlib import Path

from flask import Flask, request

PAGE = "text/html"
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "no_pages.txt"


def known() -> list[str]:
    """Endpoint, type and disposition of each answer that is known to be no page."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()[1:]
    return [" ".join(line.split(" ")[:3]) for line in lines]


def what_is_no_page(app: Flask, address: str, answer) -> str | None:
    """How an answer stands in the list; None where it is a page."""
    kind = answer.headers.get("Content-Type", PAGE).split(";")[0]
    disposition = answer.headers.get("Content-Disposition")
    if kind == PAGE and disposition is None:
        return None
    with app.test_request_context(address):
        return f"{request.endpoint} {kind} {(disposition or '-').split(';')[0]}"
