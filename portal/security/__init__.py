"""Who may do what: login, roles, headers, keys, the record of reading (security.md, section c)."""
