"""Puskesmas Pasawahan: the literature chapter of a study of performance-based capitation."""
