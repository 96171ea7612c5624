"""loss (資格喪失届): process, tables and handlers; see docs/procedures/loss.md."""
