"""The reference process as an application of Django; viewflow finds flows in applications only."""
