"""The studio: procedures changed without code, as drafts that a second person puts in force (docs/studio.md).

May import `workflows.engine` and everything below workflows; never Flask. A draft is a whole parcel
(`workflows/engine/bundle.py`): diagrams, tables and forms, kept as they came, right or wrong.
"""
