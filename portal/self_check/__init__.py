"""What must hold before the portal serves in production, and what an operator is told of it (d-28, T26).

May import what the portal may. The list with its remedies: docs/security/self-check.md.
"""
