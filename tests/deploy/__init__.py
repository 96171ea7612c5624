"""The installation as it stands on a server: its files, and the whole of it running (d-07)."""
