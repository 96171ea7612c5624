"""The record that is written in the same flush as the change (architecture, section 6, Ruling 6)."""
