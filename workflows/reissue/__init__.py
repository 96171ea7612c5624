"""reissue (再交付申請): process, tables and handlers; see docs/procedures/reissue.md."""
