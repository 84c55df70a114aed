"""KBK score of Puskesmas in North Sumatra, 2023: one number and two findings of an abstract."""
