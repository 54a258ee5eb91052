"""Results of other programs read in, and ours written out: Inspect, garak, lm-eval, Every Eval Ever, CSV, JSON."""
