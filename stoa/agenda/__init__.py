"""Rounds, questions, effort, offers and the published agenda."""
