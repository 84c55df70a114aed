"""Wahyuni (2024): attainment and payment of Puskesmas Kampak, four means of an abstract."""
