"""The fresh proof before a number is shown (ASVS 7.5.3): one place for whatever proves it.

It asks for the password again; a second factor takes its place here.
"""

from __future__ import annotations

from flask_login import current_user
from werkzeug.security import check_password_hash


def is_proven(password: str) -> bool:
    """Whether the person before the screen has just proven who he is."""
    secret = getattr(current_user, "password", None)
    return bool(secret) and check_password_hash(str(secret), password)
