"""Utilisation rates, the tariffs and funds that follow from them, and how sure they are."""
