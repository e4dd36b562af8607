"""What FAST does at each port of entry: rates, rate ratios, alarms and what was done about them."""
