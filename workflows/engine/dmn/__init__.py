"""DMN decision tables over FEEL cells (Ruling 2, feel.md)."""
