"""Acts on rounds and questions."""
