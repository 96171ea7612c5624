"""What we ask: JSON Schemas, their layout, and the checks at the door (architecture, section 2).

May import rules for value types, and jsonschema; never models or Flask.
"""
