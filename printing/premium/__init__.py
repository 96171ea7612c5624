"""Papers about the premium."""
