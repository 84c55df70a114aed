"""How an outcome goes with factors: tests, effect sizes and their intervals, one row per test."""
