"""exemption (保険料の減免): process, tables and handlers; see docs/procedures/exemption.md."""
