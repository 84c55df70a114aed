"""Rahmawati: capitation by age and sex at Klinik Hayana and the practice of dr. Sri Wahyuni."""
