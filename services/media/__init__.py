"""Electronic media: the only way in which personal data leave on a carrier (L6, X15)."""
