"""Klinik Pratama Makmur Jaya: why two of the three indicators are not met, an abstract."""
