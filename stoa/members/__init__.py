"""Calls for members: who may apply and by when, what they answer, how they are chosen, and what they are told."""
