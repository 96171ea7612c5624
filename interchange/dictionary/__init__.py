"""The data dictionary (国保情報ファイル 記録項目): every item of the NHI file as data, one YAML file a group.

`held` names table and column, or is null where the system does not hold the item yet. May import the
standard library and yaml; never models: `tests/models/test_data_dictionary.py` holds it against the tables.
"""
