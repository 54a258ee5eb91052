"""What every part shares: acts, clock, mail outbox, files, markdown, live stream."""
