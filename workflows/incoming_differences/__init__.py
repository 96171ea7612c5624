"""What a file told and could not be applied (取込みの差異); see docs/procedures/incoming_differences.md."""
