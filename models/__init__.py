"""What is on record: one aggregate per file, with its queries (architecture, section 2).

May import rules for value types, SQLAlchemy, Flask-AppBuilder's Model and cryptography; never forms,
printing, interchange or Flask.
"""
