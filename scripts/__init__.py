"""What a newcomer, an operator or a reviewer runs by `make`; nothing in the portal imports it."""
