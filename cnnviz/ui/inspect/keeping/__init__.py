"""Pictures, films and numbers of Inspect in files, each with what it was made of inside."""
