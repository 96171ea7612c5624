"""Files that leave for other sections of the city: their definitions and layouts, and the signed manifest.

One YAML file a transfer (seed, II 5: 移転先 1-5). May import rules for value types, the standard library and
yaml; never models.
"""
