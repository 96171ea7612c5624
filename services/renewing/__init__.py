"""The yearly renewal of certificates: tried over the city, approved by another, issued, printed (C2, C3)."""
