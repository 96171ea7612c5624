"""Cleaned form data read into frozen facts, one file a procedure.

Names are those of `forms/<slug>/apply.schema.json`. May import rules' value types and other services'
facts; never a session.
"""
