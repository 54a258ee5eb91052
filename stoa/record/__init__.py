"""The append-only public log of acts."""
