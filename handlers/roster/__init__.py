"""The roster 名册: cohorts, hires, and what happens to them."""
