"""The data browser: every sample of the chosen data, where it goes, and what is worth knowing about all of them."""
