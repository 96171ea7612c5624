"""What is printed to collect the premium: payment slips (requirement D3)."""
