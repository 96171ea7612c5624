"""Screens: permission, parse, one service or runner call, answer (architecture, section 5)."""
