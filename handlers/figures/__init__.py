"""Figures on request and for the group: cards, statistics, ranking, what is missing."""
