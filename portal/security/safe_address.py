"""An address to go back to: one of ours, or the first page (security.md 0-12)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import url_for


def own_address(wanted: str | None) -> str:
    """`wanted` where it is a plain path of this portal; the first page where it leads elsewhere."""
    home = url_for("HomeView.index")
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or "\\" in wanted:
        return home
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or any(ord(sign) < 32 for sign in wanted):
        return home
    return wanted
