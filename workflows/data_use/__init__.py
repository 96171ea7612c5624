"""Data-use applications (データ利用申請): from the receiving section to the data protection manager (K1)."""
