"""The member's side of a run: ask the model on one's own machine, keep what was answered, sign it and send it in."""
