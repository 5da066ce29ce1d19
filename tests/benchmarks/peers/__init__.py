"""Bots everyone knows, in processes of their own."""
