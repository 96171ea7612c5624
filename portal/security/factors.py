"""Checking second factors: one-time codes (RFC 6238), passkeys of the terminal (WebAuthn) (L1, M17)."""

from __future__ import annotations

import hmac
import io
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyotp
import segno
import webauthn
from flask import request
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from models.sign_in import PASSKEY, TOTP, SecondFactor, secret_of

if TYPE_CHECKING:
    from datetime import datetime

    from flask_appbuilder.security.sqla.models import User

ISSUER = "国保ポータル"
STEP_SECONDS, DRIFT_STEPS = 30, 1
DIGITS = 6


def new_secret() -> str:
    """A fresh secret of a one-time code, 160 bits in base 32."""
    return pyotp.random_base32()


def code_at(secret: str, at: datetime) -> str:
    """The code of a moment."""
    return pyotp.TOTP(secret).at(int(at.timestamp()))


def step_of(secret: str, typed: str, at: datetime) -> int | None:
    """The time step whose code was typed, half a minute early or late at most; None where it is no code."""
    code = "".join(typed.split())
    if not (code.isascii() and code.isdigit() and len(code) == DIGITS):
        return None
    now, totp = int(at.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    matching = [
        now + drift
        for drift in range(-DRIFT_STEPS, DRIFT_STEPS + 1)
        if hmac.compare_digest(totp.generate_otp(now + drift), code)
    ]
    return matching[-1] if matching else None


def address_of_secret(secret: str, user: User) -> str:
    """What an app for one-time codes reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


def picture_of(text: str) -> str:
    """A QR code as an SVG in a `data:` address."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", scale=5, border=3, xmldecl=False)
    return "data:image/svg+xml;base64," + urlsafe_b64encode(drawn.getvalue()).decode().translate(
        str.maketrans("-_", "+/")
    )


def totp_of(factors: list[SecondFactor]) -> list[SecondFactor]:
    return [factor for factor in factors if factor.kind == TOTP]


def passkeys_of(factors: list[SecondFactor]) -> list[SecondFactor]:
    return [factor for factor in factors if factor.kind == PASSKEY]


def matching_step(factor: SecondFactor, typed: str, at: datetime) -> int | None:
    """The step of a code typed for this factor."""
    return step_of(secret_of(factor), typed, at)


def registration_options(user: User, factors: list[SecondFactor]) -> tuple[str, str]:
    """What the browser needs to make a passkey (JSON), and the challenge to be kept."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=ISSUER,
        user_id=f"account:{user.id}".encode(),
        user_name=user.username,
        user_display_name=f"{user.last_name} {user.first_name}",
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            authenticator_attachment=AuthenticatorAttachment.PLATFORM,
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(factors),
    )
    return webauthn.options_to_json(options), _text(options.challenge)


def registered(answer: str, challenge: str) -> tuple[bytes, bytes, int] | None:
    """The passkey (id, public key, counter) that was made for the challenge; None where it is none."""
    try:
        verified = webauthn.verify_registration_response(
            credential=json.loads(answer),
            expected_challenge=_bytes(challenge),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return verified.credential_id, verified.credential_public_key, verified.sign_count


def authentication_options(factors: list[SecondFactor]) -> tuple[str, str]:
    """What the browser needs to show a passkey (JSON), and the challenge to be kept."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        allow_credentials=_descriptors(factors),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), _text(options.challenge)


def authenticated(
    answer: str, challenge: str, factors: list[SecondFactor]
) -> tuple[SecondFactor, int] | None:
    """The passkey that answered the challenge, with its new counter; None where none of these did."""
    try:
        credential: dict[str, Any] = json.loads(answer)
        wanted = _bytes(str(credential["rawId"]))
        factor = next(row for row in passkeys_of(factors) if row.credential_id == wanted)
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=_bytes(challenge),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=factor.public_key or b"",
            credential_current_sign_count=factor.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, StopIteration, ValueError, KeyError, TypeError):
        return None
    return factor, verified.new_sign_count


def _descriptors(factors: list[SecondFactor]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=row.credential_id or b"") for row in passkeys_of(factors)]


def _host() -> str:
    return urlsplit(request.host_url).hostname or ""


def _origin() -> str:
    return request.host_url.rstrip("/")


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))
