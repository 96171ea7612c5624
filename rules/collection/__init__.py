"""Collection (収納): what stands on a payment slip and when it may be paid where (requirements D3, F1)."""
