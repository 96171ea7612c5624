"""The REST API under `/api/v1`: the same deeds by the same services as the screens (N8; docs/api.md).

It lets in the two-factor session of a browser, writing with the CSRF token, and nothing else: no JWT, no
basic auth, no key. What it answers is described in `openapi.yaml`; what it refuses is a problem (RFC 9457).
"""
