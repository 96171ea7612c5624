"""ceiling_certificate (限度額適用認定の申請): process, tables and handlers; see docs/procedures."""
