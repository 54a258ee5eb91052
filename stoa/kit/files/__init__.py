"""Files that people send: known by their content, harmless to open, kept under their digest, and sent on as attachments."""
