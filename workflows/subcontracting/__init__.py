"""Permission to subcontract (再委託の許諾); see docs/procedures/subcontracting.md."""
