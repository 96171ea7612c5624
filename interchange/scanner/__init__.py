"""Asking a virus scanner about the bytes of a file (M31, T23). May import what `interchange` may."""
