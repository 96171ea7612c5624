"""FEEL, the expression language of DMN: the only language of a definition (Ruling 2, feel.md)."""
