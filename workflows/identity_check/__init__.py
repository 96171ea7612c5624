"""Identity check (本人確認), called by all that is filed; see docs/procedures/identity_check.md."""
