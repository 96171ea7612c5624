"""change (変更届): process, tables and handlers; see docs/procedures/change.md."""
