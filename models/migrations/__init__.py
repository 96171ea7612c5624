"""Migrations by Alembic, numbered; `HEAD` names the newest (architecture, section 8)."""
