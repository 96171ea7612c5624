"""Monthly review of the audit record (記録の点検); see docs/procedures/audit_review.md."""
