"""What goes on paper: a frozen dataclass becomes PDF bytes (architecture, section 2, Ruling 4).

May import rules for value types, Jinja2, WeasyPrint, pikepdf and fontTools; never models.
How a document is built, checked and printed: docs/printing.md; why so: docs/adr/0004-printing.md.
"""
