"""The only place that sees a key: cipher, keyring, encrypted columns (architecture, section 6)."""
