"""Encrypted copies of what the portal keeps, in two places, and the way back (T18, M42, d-07).

Runs in a process of its own that has the keys of backups and not those of the vault (docs/backup.md).
"""
