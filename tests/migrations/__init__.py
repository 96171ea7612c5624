"""One module per revision: the data before it, and what is right after it and after going back."""
