"""What goes over the wire: record layouts and gateways (architecture, section 2).

May import rules for value types and the standard library; never models.
"""
