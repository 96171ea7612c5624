"""Contractors: contracts, the chain that the city permits, its persons, and what is missing (K2, K3)."""
