"""The only SpiffWorkflow code: parse, run, store (architecture, Rulings 1-3; stack.md, section 2)."""
