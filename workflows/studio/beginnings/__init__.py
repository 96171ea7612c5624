"""What a new procedure begins with: diagrams and forms that run as they are, to be changed (studio.md)."""
