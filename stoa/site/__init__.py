"""The public web site: the frame of every page, its look, and the pages that belong to no single part."""
