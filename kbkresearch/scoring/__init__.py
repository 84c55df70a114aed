"""Counts to indicators, ratings, score and payment; and what it takes to reach the next level."""
